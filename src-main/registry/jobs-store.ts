export const jobReaders = {};

export const jobWriters = {};
