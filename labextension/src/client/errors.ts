/** One field of a refused body. */
export interface IFieldError {
  field: string;
  message: string;
  code?: string;
  params?: Record<string, unknown>;
}

/** The body of every error answer. */
export interface IErrorBody {
  code: string;
  message: string;
  details?: { fields?: IFieldError[]; params?: Record<string, unknown>; [key: string]: unknown };
  request_id?: string;
}

/**
 * Any call that did not do what it was asked.
 *
 * `code` is the machine's word ("name_taken", "stale", "offline", ...), `message` the server's English sentence; a face
 * puts known codes into the user's language with `params`.
 */
export class AISpaceError extends Error {
  constructor(
    readonly status: number,
    readonly body: IErrorBody
  ) {
    super(body.message);
    this.name = 'AISpaceError';
  }

  get code(): string {
    return this.body.code;
  }

  get fields(): IFieldError[] {
    const fields = this.body.details?.fields ?? [];
    // The values in the message belong to the field where there is just one.
    return fields.length === 1 ? [{ params: this.params, ...fields[0] }] : fields;
  }

  get params(): Record<string, unknown> {
    return this.body.details?.params ?? {};
  }

  get requestId(): string | undefined {
    return this.body.request_id;
  }

  /** Whether the server was not reached, so that trying again is sensible. */
  get offline(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Whether somebody else changed the object in between. */
  get stale(): boolean {
    return this.status === 412;
  }

  /** Whether the session has ended. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** An error of an answer that may not be ours (a proxy's HTML page, for example). */
  static async fromResponse(response: Response): Promise<AISpaceError> {
    const body: unknown = await response.json().catch(() => null);
    const error = (body as { error?: IErrorBody } | null)?.error;
    if (error && typeof error.code === 'string') {
      return new AISpaceError(response.status, error);
    }
    const message = (body as { message?: unknown } | null)?.message;
    return new AISpaceError(response.status, {
      code: `http_${response.status}`,
      message: typeof message === 'string' && message ? message : `The server answered ${response.status}.`
    });
  }

  /** The error of a request that never got an answer. */
  static unreachable(cause: unknown): AISpaceError {
    const error = new AISpaceError(0, {
      code: 'offline',
      message: 'The server was not reached. Check the connection and retry.'
    });
    error.cause = cause;
    return error;
  }

  /** Anything thrown, as one of ours. */
  static of(reason: unknown): AISpaceError {
    if (reason instanceof AISpaceError) {
      return reason;
    }
    const message = reason instanceof Error ? reason.message : String(reason);
    return new AISpaceError(0, { code: 'unexpected', message });
  }
}
