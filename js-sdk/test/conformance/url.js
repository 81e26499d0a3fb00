const PROTOCOLS = ['http:', 'https:', 'HTTP:', 'ftp:', 'file:', 'mailto:', 'ws:', 'x-y:', 'javascript:', '', ''];
const HOSTS = ['example.com', 'EXAMPLE.com', 'a.b-c.d', '127.0.0.1', '[::1]', 'user:pa%20ss@h', 'u@h:8080', 'h:80', 'h:443', '', 'xn--maana-pta.com', 'ma\u00f1ana.com', 'a b', 'a_b'];
const PATHS = ['', '/', '/a/b', '/a/../b', '/a/./b/', 'a', './a', '../a', '/ a', '/\u00e9', '/%41%zz', '//x', '/a;b', "/'\"<>"];
const QUERIES = ['', '?', '?a=1', '?a=1&a=2&b', '?q=a+b%20c', '?\u00fc=\u00df', '?a[]=1&=x&&y==', '?%zz=%41'];
const HASHES = ['', '#', '#h', '#a b', '#?x', '#\u00e9'];
const urlText = (r) => { const p = r.pick(PROTOCOLS); return `${p}${p && r.below(6) ? '//' : ''}${r.pick(HOSTS)}${r.pick(PATHS)}${r.pick(QUERIES)}${r.pick(HASHES)}`; };
const parts = (u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash];
const valid = (r) => `https://${r.pick(['example.com', 'u:p@h:81', '[::1]', 'h:443'])}${r.pick(['', '/', '/a/b', '/\u00e9'])}${r.pick(QUERIES)}${r.pick(HASHES)}`;
const pairs = (r) => r.times(5, () => [r.text(4), r.text(4)]);
const oddUrl = (r) => r.pick([urlText(r), urlText(r), urlText(r), undefined, null, 5, {}]);
const members = {
    'new URL': (r) => parts(new URL(oddUrl(r), r.pick([undefined, 'https://base.example/x/y?z#w', valid(r)]))),
    'URL setters': (r) => { const u = new URL(valid(r)); for (let n = 0; n < 3; n++) u[r.pick(['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'username', 'password'])] = r.pick([r.text(6), 'http', '8080', 'x.org:99', '/p q', '?a=b', '#z', '']); return parts(u); },
    'URL.canParse': (r) => URL.canParse(urlText(r), r.pick([undefined, 'https://b.c'])),
    'URL searchParams': (r) => { const u = new URL(valid(r)); u.searchParams.append(r.text(3), r.text(3)); return [u.href, JSON.stringify(u), `${u}`]; },
    'new URLSearchParams': (r) => `${new URLSearchParams(r.pick([r.text(), pairs(r), Object.fromEntries(pairs(r)), r.pick(QUERIES), [['a']], undefined]))}`,
    'URLSearchParams methods': (r) => { const p = new URLSearchParams(pairs(r)); const k = r.pick(['a', 'key', ...p.keys()]); const out = [p.get(k), p.getAll(k), p.has(k), p.size]; p.append(k, r.text(2)); p.set(r.text(1), 'x'); r.below(2) ? p.delete(k) : p.sort(); return [out, [...p], `${p}`]; },
    'url.parse': (r) => { const u = urlModule.parse(oddUrl(r), r.pick([false, true]), r.pick([false, true])); return [u.protocol, u.slashes, u.auth, u.host, u.port, u.hostname, u.hash, u.search, typeof u.query === 'object' && u.query ? Object.entries(u.query) : u.query, u.pathname, u.path, u.href]; },
    'url.format(object)': (r) => urlModule.format({ protocol: r.pick(['http', 'https:', 'mailto', undefined]), slashes: r.pick([true, undefined]), auth: r.pick([undefined, 'a:b', 'a b']), hostname: r.pick(['h', '::1', undefined]), port: r.pick([undefined, 80, '81']), pathname: r.pick([undefined, '/p', 'p?#']), query: r.pick([undefined, { a: 1, b: ['x', 'y'], c: true }, {}]), search: r.pick([undefined, undefined, 'x=1', '?#']), hash: r.pick([undefined, 'h', '#h']) }),
    'url.format(string)': (r) => urlModule.format(oddUrl(r)),
    'url.format(URL)': (r) => urlModule.format(new URL(valid(r)), { fragment: r.pick([true, false]), search: r.pick([true, false]), auth: r.pick([true, false]) }),
    'url.resolve': (r) => urlModule.resolve(urlText(r), urlText(r)),
    'url.fileURLToPath': (r) => urlModule.fileURLToPath(r.pick(['file:///a/b%20c', 'file:///\u00e9', 'file://host/a', 'https://x/y', 'file:///a%2Fb', 5, null, new URL('file:///x/y'), `file:///${encodeURIComponent(r.text().toWellFormed?.() ?? 'x')}`])),
    'url.urlToHttpOptions': (r) => { const o = urlModule.urlToHttpOptions(new URL(valid(r))); return ['protocol', 'hostname', 'hash', 'search', 'pathname', 'path', 'href', 'port', 'auth'].map((k) => o[k]); },
    'url.domainToASCII': (r) => urlModule.domainToASCII(r.pick(['espa\u00f1ol.com', '\u4e2d\u6587.com', 'xn--i\u00f1valid.com', 'EXAMPLE.com', 'a b', '', '1.2.3', '256.256.256.256'])),
    'url.URL': () => [urlModule.URL === URL, urlModule.URLSearchParams === URLSearchParams, urlModule.default === undefined || typeof urlModule.default.parse],
};
