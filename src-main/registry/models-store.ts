export const modelReaders = {};

export const modelWriters = {};
