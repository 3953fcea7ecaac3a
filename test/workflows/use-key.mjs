/**
 * What a job does with its key, as `curl`, `npm` or a script of the examples: asks MUTX with the key, from a header
 * `X-API-Key` or from `MUTX_API_KEY`, and fails if it does not work.
 *
 *   node use-key.mjs <address of MUTX> [arguments of the program that it stands for]
 */
const [address, ...given] = process.argv.slice(2);
const header = given.find((one) => one.startsWith('X-API-Key: '))?.slice('X-API-Key: '.length);
const { status } = await fetch(`${address}/v1/agents`, {
  headers: { 'x-api-key': header ?? process.env['MUTX_API_KEY'] ?? '' },
});
if (status !== 200) {
  console.error(`MUTX answered ${status}`);
  process.exitCode = 22;
}
