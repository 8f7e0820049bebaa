/** The anywidget module of the annotator. */
export default { render: (): void => undefined };
