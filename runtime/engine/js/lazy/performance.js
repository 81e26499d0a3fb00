// `performance` and its classes: deno_web's, with the time origin set. Evaluated at first use.
(function () {
    const found = __bootstrap.core.loadExtScript('ext:deno_web/15_performance.js');
    found.setTimeOrigin();
    return found;
})();
