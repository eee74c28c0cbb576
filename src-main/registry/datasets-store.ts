export const datasetReaders = {};

export const datasetWriters = {};
