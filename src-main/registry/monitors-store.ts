export const monitorReaders = {};

export const monitorWriters = {};
