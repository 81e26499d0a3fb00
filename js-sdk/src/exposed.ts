// The classes whose instances functions meet and that no module exports: where runs share them, they are frozen.
import { InvalidActionError, OutputError } from './errors/invalid-action.ts';
import { InvalidMetadataError } from './errors/invalid-metadata.ts';
import { CheckpointError } from './facade/checkpoint.ts';
import { AxiosError } from './http/axios-error.ts';
import { ResponseHeaders } from './http/headers.ts';
import { RequestError } from './http/request-error.ts';
import { MetadataConflictError } from './metadata/write.ts';
import { DefinitionProblem } from './run/definition.ts';

export const exposed = [
    AxiosError,
    CheckpointError,
    DefinitionProblem,
    InvalidActionError,
    InvalidMetadataError,
    MetadataConflictError,
    OutputError,
    RequestError,
    ResponseHeaders,
];
