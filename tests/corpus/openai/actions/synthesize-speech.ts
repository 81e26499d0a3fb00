import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'JSON out, sound back: a Buffer is taken apart as a WAV header, and sent on as bytes',
    version: '1.0.0',
    input: z.object({ text: z.string(), keep: z.boolean() }),
    output: z.object({ channels: z.number(), rate: z.number(), seconds: z.number(), stored: z.string().nullable() }),
    exec: async (nango, { text, keep }) => {
        const { data } = await nango.post<Buffer>({
            endpoint: '/v1/audio/speech',
            data: { input: text },
            responseType: 'arraybuffer',
        });
        const magic = data.subarray(0, 4).toString('latin1');
        if (magic !== 'RIFF') {
            throw new nango.ActionError({ message: 'no WAV', magic });
        }
        const [channels, rate, size] = [data.readUInt16LE(22), data.readUInt32LE(24), data.readUInt32LE(40)];
        const stored = keep
            ? await nango.post({
                  endpoint: '/v1/files',
                  data: data.subarray(0, 8),
                  headers: { 'Content-Type': 'audio/wav' },
              })
            : null;
        return { channels, rate, seconds: size / (rate * channels * 2), stored: stored?.data.id ?? null };
    },
});
