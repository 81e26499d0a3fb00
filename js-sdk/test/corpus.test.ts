// The corpus that the engine's property test runs must be worth running.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { corpus, VALUES_PER_SCHEMA } from './corpus/generate.ts';

const SCHEMAS = 1_500;

test('the corpus is reproducible, mostly accepted, and mostly says something', () => {
    const cases = [...corpus(SCHEMAS, 7)];
    assert.deepEqual([...corpus(20, 7)], cases.slice(0, [...corpus(20, 7)].length));
    const accepted = cases.length / (SCHEMAS * VALUES_PER_SCHEMA);
    assert.ok(accepted > 0.25, `only ${accepted} of the values are accepted`);
    const telling = cases.filter(({ schema }) => schema !== '{}').length / cases.length;
    assert.ok(telling > 0.7, `only ${telling} of the schemas say anything`);
    const keywords = ['properties', 'required', 'additionalProperties":false', 'prefixItems', 'anyOf', 'allOf', '$ref', 'enum', 'pattern', 'minLength', 'maxItems', 'integer'];
    for (const keyword of keywords) {
        const share = cases.filter(({ schema }) => schema.includes(keyword)).length;
        assert.ok(share > 10, `only ${share} schemas have ${keyword}`);
    }
    for (const { schema, value } of cases) {
        JSON.parse(schema);
        assert.ok(value.isWellFormed() && !/(?<!\\)(\\\\)*\\ud[89a-f]/.test(value), value);
    }
});
