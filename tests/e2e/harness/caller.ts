/** What the server answers, as far as tests read it. */
export interface Household {
  id: string;
  code: string;
  name: string;
  door: string | null;
  status: string;
  village_id: string;
  grid_id: string;
  month_points: number | null;
}
export interface Award {
  id: string;
  household_id: string;
  household_name: string;
  rule_name: string;
  status: string;
  points: number;
  steps: { step: string; reason: string | null }[];
}
interface List<T> {
  items: T[];
}
interface Rule {
  id: string;
  name: string;
  points: number;
}
interface Statement {
  household: Household & { balances: { pending: number } };
  items: { award_id: string; kind: string; points: number; rule_name: string }[];
  caps: { rule_id: string }[];
}

/** A deed of the demonstration town's table that counts at once, 5 points each. */
export const cleaning = '参加村组环境卫生整治';
/** A deed of that table that waits for review and asks for no proof. */
export const advice = '提出建议并被村里采纳';
/** A deed of that table that asks for a photo. */
export const repairs = '义务维修水渠道路';

/** The API, as one person. */
export class Caller {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async signIn(url: string, username: string, password: string): Promise<Caller> {
    const session = await send<{ access_token: string }>(url, 'POST', '/session', '', {
      username,
      password,
    });
    return new Caller(url, session.access_token);
  }

  get<T>(path: string): Promise<T> {
    return send<T>(this.url, 'GET', path, this.token);
  }

  post<T>(path: string, body: object): Promise<T> {
    return send<T>(this.url, 'POST', path, this.token, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return send<T>(this.url, 'PUT', path, this.token, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return send<T>(this.url, 'PATCH', path, this.token, body);
  }

  statement(household: string): Promise<Statement> {
    return this.get<Statement>(`/households/${household}/statement`);
  }

  async rule(name: string): Promise<Rule> {
    const { items } = await this.get<List<Rule>>('/rules');
    const rule = items.find((one) => one.name === name);
    if (!rule) throw new Error(`no rule ${name}`);
    return rule;
  }

  /** Residents in reach, in door order, to whom a deed would give its full points this month. */
  async fresh(deed: string, count: number): Promise<Household[]> {
    const { id } = await this.rule(deed);
    const { items } = await this.get<List<Household>>('/households?limit=80');
    const found: Household[] = [];
    for (const one of items.filter((household) => household.status === 'resident')) {
      const { caps } = await this.statement(one.id);
      if (!caps.some((cap) => cap.rule_id === id)) found.push(one);
      if (found.length === count) return found;
    }
    throw new Error(`fewer than ${count} households without ${deed}`);
  }

  /** One such resident. */
  async freshOne(deed: string): Promise<Household> {
    const [one] = await this.fresh(deed, 1);
    return one!;
  }

  /** Whoever comes first in the list of all in reach. */
  async firstHousehold(): Promise<Household> {
    const { items } = await this.get<List<Household>>('/households?limit=1');
    return items[0]!;
  }

  /** Records a deed of today. */
  async award(household: string, deed: string, note?: string, said: object = {}): Promise<Award> {
    const { id } = await this.rule(deed);
    return this.post<Award>('/awards', {
      id: uuidV7(),
      household_id: household,
      rule_id: id,
      occurred_on: villageDay(),
      note,
      ...said,
    });
  }

  async waiting(): Promise<Award[]> {
    return (await this.get<List<Award>>('/awards?reviewable=true&limit=200')).items;
  }

  /** Decides everything that waits for this reviewer, so that a test begins with an empty table. */
  async clearTable(): Promise<void> {
    for (let left = await this.waiting(); left.length; left = await this.waiting()) {
      for (const { id } of left) await this.post(`/awards/${id}/reject`, { reason: '清空待办' });
    }
  }
}

async function send<T>(
  url: string,
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<T> {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers };
  if (body) init.body = JSON.stringify(body);
  const answer = await fetch(`${url}/api/v1${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Today in the village, or so many days before. */
export function villageDay(daysBefore = 0): string {
  return new Date(Date.now() + 8 * 3_600_000 - daysBefore * 86_400_000).toISOString().slice(0, 10);
}

export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
