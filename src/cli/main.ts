#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { outliveReaders } from '../process/unread.ts';
import { createProgram, runProgram } from './program.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const { env, stdin, stdout, stderr } = process;
outliveReaders(stdout, stderr);
const program = createProgram({ env, streams: { stdin, stdout, stderr }, folder: process.cwd() }, version);
const code = await runProgram(program, process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
