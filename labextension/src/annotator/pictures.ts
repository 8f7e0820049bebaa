/** Pictures fetched before they are looked at, a few at a time. */
export class Pictures {
  constructor(private readonly keep = 8) {}

  /** Fetch and decode a picture off the main thread; the promise rejects when it can't be shown. */
  fetch(url: string): Promise<HTMLImageElement> {
    const known = this.known.get(url);
    if (known) {
      this.known.delete(url);
      this.known.set(url, known);
      return known;
    }
    const image = new Image();
    image.decoding = 'async';
    image.src = url;
    const ready =
      typeof image.decode === 'function'
        ? image.decode().then(() => image)
        : new Promise<HTMLImageElement>((resolve, reject) => {
            image.onload = () => resolve(image);
            image.onerror = () => reject(new Error('the picture was not loaded'));
          });
    this.known.set(url, ready);
    ready.catch(() => this.known.delete(url));
    while (this.known.size > this.keep) {
      this.known.delete(this.known.keys().next().value as string);
    }
    return ready;
  }

  private readonly known = new Map<string, Promise<HTMLImageElement>>();
}
