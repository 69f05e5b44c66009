import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { inject } from 'vitest';
import { portOf } from './connect-proxy.js';

/** A certificate that signs itself, and the file that makes a process trust it. */
export function certificate(name = 'DNS:localhost'): {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly certFile: string;
} {
  const folder = mkdtempSync(join(inject('copies'), 'certificate-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${name}`, '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', keyFile, '-out', certFile, ...subject], {
    stdio: 'ignore',
  });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}

/** Speaks TLS on loopback in front of a server that does not. */
export async function speakTls(targetPort: number, { key, cert }: { readonly key: Buffer; readonly cert: Buffer }) {
  const server: Server = createServer({ key, cert }, (client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  return { port: await portOf(server), close: () => void server.close() };
}
