import type { NangoAction } from 'nango';

export interface QueryAnswer<Row> {
    totalSize: number;
    done: boolean;
    nextRecordsUrl?: string;
    records: (Row & { attributes: { type: string; url: string } })[];
}

const API = '/services/data/v60.0';

/** SOQL has no placeholders: what comes from outside is quoted. */
export function quoted(text: string): string {
    return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}

/** Rows of a query, page after page, without Salesforce's own attributes. */
export async function* rows<Row>(nango: Pick<NangoAction, 'get'>, soql: string): AsyncGenerator<Row> {
    let endpoint: string | undefined = `${API}/query`;
    let params: Record<string, string> | undefined = { q: soql };
    while (endpoint) {
        const answer: { data: QueryAnswer<Row> } = await nango.get<QueryAnswer<Row>>({
            endpoint,
            ...(params ? { params } : {}),
        });
        for (const { attributes: _, ...row } of answer.data.records) {
            yield row as Row;
        }
        endpoint = answer.data.done ? undefined : answer.data.nextRecordsUrl;
        params = undefined;
    }
}
