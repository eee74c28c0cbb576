import { SlipwayError } from '../../src-preload/contract/errors.ts';

/** No deployment has this name or id. */
export function noSuchDeployment(wanted: string, names: readonly string[]): SlipwayError {
  return new SlipwayError({
    code: 'serving.no-such-deployment',
    message: `There is no deployment "${wanted}".`,
    hint: names.length === 0 ? 'Make one with `slipway deploy MODEL`.' : `There are: ${names.slice(0, 10).join(', ')}.`,
  });
}

/** Names are how people speak of deployments, so each is used once. */
export function nameTaken(name: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.name-taken',
    message: `There is already a deployment named "${name}".`,
    hint: 'Give the new one another name, or replace the version that this one serves.',
  });
}

/** The package holds nothing that could be served. */
export function cannotServe(model: string, version: number, why: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.cannot-serve',
    message: `Version ${version} of "${model}" cannot be served: ${why}.`,
    hint: 'Serve another version, or export the model again with supported input types.',
  });
}

/** The workers could not load the version, or did not run with it. */
export function loadFailed(model: string, version: number, why: string, whatStays: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.load-failed',
    message: `Version ${version} of "${model}" could not be loaded: ${why}`,
    hint: whatStays,
  });
}

/** The supervisor process did not come up or did not answer. */
export function supervisorFailed(name: string, why: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.supervisor-failed',
    message: `The deployment "${name}" does not answer: ${why}`,
    hint: `Look at its log with \`slipway deployment log ${name}\`, then stop and start it.`,
  });
}

/** Only what is stopped may be removed. */
export function stillRunning(name: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.still-running',
    message: `The deployment "${name}" is running.`,
    hint: `Stop it first with \`slipway deployment stop ${name}\`.`,
  });
}

/** The key lives in the profile of the user who deployed; a copied workspace has none. */
export function noKey(name: string): SlipwayError {
  return new SlipwayError({
    code: 'serving.no-key',
    message: `The key of the deployment "${name}" is not in this user's profile.`,
    hint: 'Start the deployment here: it then gets a new key.',
  });
}

/** A deployment is pinned to a version or follows an alias. */
export function versionOrAlias(): SlipwayError {
  return new SlipwayError({
    code: 'serving.version-or-alias',
    message: 'A version and an alias were given; a deployment serves one version or follows one alias.',
    hint: 'Leave one of the two out.',
  });
}
