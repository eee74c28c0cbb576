/**
 * The protobuf wire format, as far as ONNX files need it (https://protobuf.dev/programming-guides/encoding/):
 * varints, 32-bit fixed numbers and length-delimited fields. Libraries compile their codecs with `Function()`,
 * which this project does not allow.
 */
export class ProtoWriter {
  private readonly chunks: Uint8Array[] = [];
  private sizeBytes = 0;

  /** An unsigned or signed integer as a varint; negative numbers take ten bytes, as int64 does. */
  varint(field: number, value: number | bigint): this {
    this.tag(field, 0);
    this.push(encodeVarint(BigInt.asUintN(64, BigInt(value))));
    return this;
  }

  float(field: number, value: number): this {
    this.tag(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.tag(field, 2);
    this.push(encodeVarint(BigInt(value.byteLength)));
    this.push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: ProtoWriter): this {
    this.tag(field, 2);
    this.push(encodeVarint(BigInt(value.sizeBytes)));
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.chunks, this.sizeBytes);
  }

  private tag(field: number, wireType: number): void {
    this.push(encodeVarint(BigInt(field * 8 + wireType)));
  }

  private push(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.sizeBytes += bytes.byteLength;
  }
}

function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
