/** What is called the same in every language: products, formats, options, figures. */
export const NAMES = {
  product: 'AI Space',
  tensorboard: 'TensorBoard',
  english: 'English',
  chinese: '中文',
  openapi: 'OpenAPI 3.1',
  json: 'JSON',
  curl: 'curl',
  config: 'config.json',
  nvidia: 'nvidia.com/gpu',
  p50: 'p50',
  p99: 'p99',
  https: 'https://',
  dataUrl: '--data_url',
  valDataUrl: '--val_data_url',
  trainOut: '--train_out',
  trainModelOut: '--train_model_out'
} as const;
