/** Active keys that each plan allows; a plan that is not here has no limit. */
const PLAN_QUOTA: Readonly<Record<string, number>> = { FREE: 2, STARTER: 10, PRO: 50 };

/** What an account may have; undefined: no limit. */
export function quotaOf(user: Pick<EmulatedUser, 'plan' | 'quota'>): number | undefined {
  return user.quota === undefined ? PLAN_QUOTA[user.plan] : (user.quota ?? undefined);
}

export interface UserOptions {
  /** default: `user<n>@example.com` */
  readonly email?: string;
  /** default: a random one */
  readonly password?: string;
  readonly name?: string;
  /** `FREE`, `STARTER`, `PRO`, `ENTERPRISE` (default), or any other name */
  readonly plan?: string;
  /** Active keys allowed, whatever the plan; `null`: no limit. Default: the plan's. */
  readonly quota?: number | null;
  /** default true; false: login answers 403 */
  readonly isActive?: boolean;
  /** default true; false: login answers 403 */
  readonly isEmailVerified?: boolean;
}

/** An account; its fields may be changed by a test at any time. */
export interface EmulatedUser {
  readonly id: string;
  email: string;
  password: string;
  name: string;
  plan: string;
  /** undefined: what the plan allows; null: no limit */
  quota: number | null | undefined;
  isActive: boolean;
  isEmailVerified: boolean;
  readonly createdAtMicros: number;
}
