export const deploymentReaders = {};

export const deploymentWriters = {};
