import assert from 'node:assert/strict';

/** A call that the server refuses in Nango's shape. */
export async function refused(call, status, code) {
    await assert.rejects(call, (error) => {
        assert.equal(error.response?.status, status, String(error.stack));
        const { error: told } = error.response.data;
        assert.equal(told.code, code);
        // Of a body or a query, each mistake is told; what an action threw is its payload.
        assert.ok(told.message || told.errors?.[0].message || told.payload, JSON.stringify(told));
        return true;
    });
}
