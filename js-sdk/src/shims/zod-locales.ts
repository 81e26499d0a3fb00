// zod's messages in other languages: few functions speak one, and together they are as large as the rest of zod.
export * from 'zod/v4/locales';
