// The package `nango`, its inner modules included: the compiler, the classes of a dry run, and what `--save` writes.
const root = new URL('../node_modules/nango/dist/', import.meta.url);

/** A module of the package. */
export const nangoModule = (path) => import(new URL(path, root).href);
