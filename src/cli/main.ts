#!/usr/bin/env node
import { createRequire } from 'node:module';
import { outliveReaders } from '../process/unread.ts';
import { runProgram } from './program.ts';

// Not read with `node:fs`: an import of that reads its promises too, which takes half as long as a bare Node to start.
const { version } = createRequire(import.meta.url)('@mutx/api-key-action/package.json') as {
  version: string;
};

const { env, stdin, stdout, stderr } = process;
outliveReaders(stdout, stderr);
const machine = { env, streams: { stdin, stdout, stderr }, folder: process.cwd() };
const code = await runProgram(process.argv.slice(2), machine, version);
if (code !== undefined) process.exitCode = code;
