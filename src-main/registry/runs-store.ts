export const runReaders = {};

export const runWriters = {};
