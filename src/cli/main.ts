#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { outliveReaders } from '../process/unread.ts';
import { createProgram, runProgram } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const { env, stdin, stdout, stderr } = process;
outliveReaders(stdout, stderr);
const machine = { env, streams: { stdin, stdout, stderr }, folder: process.cwd() };
const code = await runProgram(createProgram(machine, version), process.argv.slice(2), machine);
if (code !== undefined) process.exitCode = code;
