import { createAction } from 'nango';
import * as z from 'zod';

const Draft = z.object({
    title: z.string().min(1),
    html: z.string(),
    tags: z.array(z.string()).default([]),
    publish_at: z.iso.datetime({ local: true, offset: true }).nullish(),
});

/** A title as it stands in an address. */
function slug(title: string): string {
    return title
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-+|-+$/g, '');
}

export default createAction({
    description: 'Creates, then schedules with the version that was just read; nullish input, Unicode in addresses',
    version: '1.0.0',
    input: Draft,
    output: z.object({
        id: z.string(),
        slug: z.string(),
        status: z.enum(['draft', 'scheduled', 'published']),
        words: z.number(),
    }),
    exec: async (nango, { title, html, tags, publish_at: at }) => {
        const { data } = await nango.post({
            endpoint: '/ghost/api/admin/posts/',
            params: { source: 'html' },
            data: { posts: [{ title, html, slug: slug(title), tags: tags.map((name) => ({ name })) }] },
        });
        const [post] = data.posts;
        const words = html
            .replace(/<[^>]*>/g, ' ')
            .split(/\s+/)
            .filter(Boolean).length;
        if (!at) {
            return { id: post.id, slug: post.slug, status: post.status, words };
        }
        const scheduled = await nango.put({
            endpoint: `/ghost/api/admin/posts/${post.id}/`,
            data: {
                posts: [{ status: 'scheduled', published_at: new Date(at).toISOString(), updated_at: post.updated_at }],
            },
        });
        return { id: post.id, slug: post.slug, status: scheduled.data.posts[0].status, words };
    },
});
