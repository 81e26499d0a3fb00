/** What stands between the tags of a name, each time that it occurs. */
export function all(xml: string, name: string): string[] {
    return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, inner = '']) => inner);
}

/** The first of them. */
export function first(xml: string, name: string): string | undefined {
    return all(xml, name)[0];
}
