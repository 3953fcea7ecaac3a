import fc from 'fast-check';

/**
 * The same examples in every run, so that a gate that fails, fails again. `FAST_CHECK_SEED` tries others; what
 * one of them finds becomes a test of its own.
 */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_261_123) });

export { fc };
