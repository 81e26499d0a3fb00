// For packages that bring their own where there is none.
export const { AbortController, AbortSignal } = globalThis;
