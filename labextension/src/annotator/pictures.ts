/** Pictures fetched before they are looked at, a few at a time. */
export class Pictures {
  /** `resolve` gives what an image element can load for an address; most addresses are that themselves. */
  constructor(
    private readonly resolve?: (url: string) => Promise<string>,
    private readonly keep = 8
  ) {}

  /** Show a picture in an element that is on the page. */
  show(image: HTMLImageElement, url: string): void {
    if (this.resolve) {
      this.resolve(url).then(
        address => {
          image.src = address;
        },
        () => undefined
      );
    } else {
      image.src = url;
    }
  }

  /** Fetch and decode a picture off the main thread; the promise rejects when it can't be shown. */
  fetch(url: string): Promise<HTMLImageElement> {
    const known = this.known.get(url);
    if (known) {
      this.known.delete(url);
      this.known.set(url, known);
      return known;
    }
    const ready = this.load(url);
    this.known.set(url, ready);
    ready.catch(() => this.known.delete(url));
    while (this.known.size > this.keep) {
      this.known.delete(this.known.keys().next().value as string);
    }
    return ready;
  }

  private async load(url: string): Promise<HTMLImageElement> {
    const image = new Image();
    image.decoding = 'async';
    image.src = this.resolve ? await this.resolve(url) : url;
    if (typeof image.decode === 'function') {
      await image.decode();
    } else {
      await new Promise<void>((resolve, reject) => {
        image.onload = () => resolve();
        image.onerror = () => reject(new Error('the picture was not loaded'));
      });
    }
    return image;
  }

  private readonly known = new Map<string, Promise<HTMLImageElement>>();
}
