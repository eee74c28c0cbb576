import type { ReactElement } from 'react';
import type { Signature } from '../../src-preload/contract/models/index.ts';

/** What a model takes and what it answers with. */
export function VersionSignature({ signature }: { readonly signature: Signature }): ReactElement {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">Tensor</th>
          <th scope="col">Direction</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {signature.inputs.map(({ name, datatype, kind }) => (
          <tr key={`in ${name}`}>
            <td>
              <code>{name}</code>
            </td>
            <td>in</td>
            <td>{datatype}</td>
            <td>{kind ?? '–'}</td>
          </tr>
        ))}
        {signature.outputs.map(({ name, datatype, role, className }) => (
          <tr key={`out ${name}`}>
            <td>
              <code>{name}</code>
            </td>
            <td>out</td>
            <td>{datatype}</td>
            <td>{role === null ? '–' : className === null ? role : `${role} of ${className}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
