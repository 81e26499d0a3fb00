// Requests and their answers, as authors write and read them: names and shapes are Nango's.

/** A request to the provider, with the connection's credentials. */
export interface ProxyConfiguration {
    /** Path under the provider's base URL, or an absolute URL that starts with it. */
    endpoint: string;
    /** Default GET. */
    method?: string;
    /** They override the provider's. */
    headers?: Record<string, string | number | boolean | null | undefined>;
    /** The query: text, or names and values. `null` and `undefined` are left out, arrays are joined with commas. */
    params?: string | Record<string, unknown>;
    /** The body of POST, PUT, PATCH and DELETE. */
    data?: unknown;
    /** Extra attempts. Default 0. */
    retries?: number;
    /** More statuses to retry on. */
    retryOn?: number[] | null;
    /** Headers of an answer that say when to try again; they come before the provider's own. */
    retryHeader?: { at?: string; after?: string };
    /** Replaces the provider's base URL. */
    baseUrlOverride?: string;
    /** Another integration. */
    providerConfigKey?: string;
    /** Another connection. */
    connectionId?: string;
    /**
     * How the answer's body is wanted: JSON if it parses, text otherwise, by default. As in axios on Node, `arraybuffer`
     * is a `Buffer`, `stream` is a readable stream, and `blob` and `document` are text.
     */
    responseType?: 'arraybuffer' | 'blob' | 'document' | 'json' | 'stream' | 'text';
    /** Accepted; answers are always decompressed. */
    decompress?: boolean | string;
    /** Send the same headers after a redirect to another origin. */
    forwardHeadersOnRedirect?: boolean;
    /** How `nango.paginate` goes from page to page; other calls ignore it. */
    paginate?: PaginationConfiguration;
}

/** A request whose method is in the name of the member. */
export type RequestConfiguration = Omit<ProxyConfiguration, 'method'>;

/** Axios' answer. */
export interface ProxyResponse<T = unknown> {
    /** The body: parsed JSON, or as `responseType` asked. */
    data: T;
    /** 200 to 299: any other status throws. */
    status: number;
    /** The words beside the status. */
    statusText: string;
    /** Names in lower case. */
    headers: Record<string, string>;
    /** The request's settings. */
    config: Record<string, unknown>;
    /** The request as it was sent, without its secrets. */
    request: Record<string, unknown>;
}

/** How `nango.paginate` goes from page to page. What is left out is as the provider's template says. */
export interface PaginationConfiguration {
    /** Where the next page is: behind a cursor, behind a link, at an offset. */
    type?: 'cursor' | 'link' | 'offset';
    /** Page size. */
    limit?: number;
    /** The name under which the page size is sent; required with `limit`. */
    limit_name_in_request?: string;
    /** Where the items are in the answer: `data.items`. Without it the whole body. */
    response_path?: string;
    /** Send the parameters in the body. Default: for POST, PUT and PATCH. */
    in_body?: boolean;
    /** Called after each page. */
    on_page?: (page: { nextPageParam?: string | number | undefined; response: ProxyResponse<any> }) => Promise<void> | void;
    /** Where the next cursor is in the answer; required by `cursor`. */
    cursor_path_in_response?: string;
    /** The name under which the cursor is sent; required by `cursor`. */
    cursor_name_in_request?: string;
    /** The relation of the next page in the header `Link`; `link` requires it or a path in the body. */
    link_rel_in_response_header?: string;
    /** Where the next link is in the answer's body. */
    link_path_in_response_body?: string;
    /** The name under which the offset is sent; required by `offset`. */
    offset_name_in_request?: string;
    /** Default 0. */
    offset_start_value?: number;
    /** Default `by-response-size`. */
    offset_calculation_method?: 'per-page' | 'by-response-size';
}
