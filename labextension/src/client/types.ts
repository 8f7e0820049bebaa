/**
 * The REST interface in types: names for what `npm run types` makes of the platform's OpenAPI document.
 *
 * A shape is changed in its Python schema, never here; a new one gets a name here when a page needs to say it.
 */
import type { components } from './generated/schema';

export type Schemas = components['schemas'];

/** Every route: what it takes (`query`, `body`) and gives (`response`). */
export type IRoutes = Schemas['Routes'];

// Shared by all areas

export type Visibility = IDatasetRead['visibility'];
export type IMoney = Schemas['Amount'];
export type IReason = Schemas['Reason'];
export type IFileEntry = Schemas['FileEntry'];
/** Where the bytes of a new object come from. */
export type Source = Schemas['AlgorithmCreate']['source'];
export type ImportSource = Schemas['ImportRequest']['source'];

/** A page of a list that pages by offset. */
export interface IPage<T> {
  items: T[];
  page: Schemas['PageInfo'];
}

/** A page of a list that pages by cursor. */
export interface ICursorPage<T> {
  items: T[];
  page: Schemas['CursorInfo'];
}

declare const fromAddress: unique symbol;

/** What a list is asked for by the address of a page: text that a person may have typed, which the server judges. */
export interface IListQuery {
  q?: string;
  sort?: string;
  limit?: number;
  offset?: number;
  [filter: string]: string | number | boolean | undefined;
  readonly [fromAddress]: true;
}

// System

export type IMe = Schemas['MeRead'];
export type IOverview = Schemas['OverviewRead'];
/** One line of the record of what happened. */
export type IEventRead = Schemas['EventRead'];
export type IUserRead = Schemas['UserRead'];
export type Role = IUserRead['role'];

// Files, trash, handing over

export type IAreaEntry = Schemas['FileRead'];
export type ITrashRead = Schemas['TrashRead'];
export type ITransferRead = Schemas['TransferRead'];

// Datasets

export type ILabel = Schemas['Label-Output'];
export type ILabelGroupRead = Schemas['LabelGroupRead'];
export type Split = NonNullable<ISampleRead['split']>;
export type ICounts = Schemas['Counts'];
export type Layout = Schemas['ImportInspection']['layout'];
export type ImportLayout = Layout;
export type ExportLayout = Schemas['ExportInspection']['layout'];
export type IColumn = Schemas['Column'];
/** Pixels as they are stored: show the image without applying its EXIF orientation. */
export type IBox = Schemas['Box-Output'];
/** Something that an import or an export changes or leaves out. */
export type INote = Schemas['Note'];
export type IDatasetRead = Schemas['DatasetRead'];
export type IAnnotationObject = Schemas['AnnotationObject-Input'];
export type ISampleRead = Schemas['SampleRead'];
export type ISampleFilter = Schemas['SampleFilter'];
export type SampleOrder = NonNullable<NonNullable<IRoutes['GET /datasets/{id}/samples']['query']>['sort']>;
/** The samples an action is for: named ones, or all that match. */
export type SampleSelection = Schemas['BulkSelection'];
/** How to read CSV, TSV and JSON lines; what is left out is found out. */
export type ITableOptions = Schemas['TableOptions'];
export type IImportOptions = Omit<Schemas['ImportInspectRequest'], 'source'>;
export type ITablePreview = Schemas['TablePreview'];
/** A label as the files name it, and what an import makes of it. */
export type IFoundLabel = Schemas['FoundLabel'];
export type IInspection = Schemas['ImportInspection'];
export type IImportRead = Schemas['ImportRead'];
export type IExportRead = Schemas['ExportRead'];
export type IDatasetVersionRead = Schemas['DatasetVersionRead'];
export type IDiff = Schemas['DiffRead'];
export type IStatistics = Schemas['Statistics'];
export type ILineage = Schemas['LineageGraph'];

// Algorithms, images, models

/** What a run command can be given, with its kind and range. */
export type IParameter = Schemas['Parameter-Output'];
export type Category = Schemas['AlgorithmRead']['category'];
export type ParameterValue = NonNullable<IParameter['default']>;
export type IAccepts = Schemas['Accepts-Output'];
export type IAlgorithmVersionRead = Schemas['AlgorithmVersionRead'];
export type IAlgorithmRead = Schemas['AlgorithmRead'];
export type IImageRead = Schemas['ImageRead'];
export type IVisualisationRead = Schemas['VisualisationRead'];
export type ITensor = Schemas['Tensor'];
export type IModelVersionRead = Schemas['ModelVersionRead'];
export type IModelRead = Schemas['ModelRead'];
export type IDifference = Schemas['Difference'];
/** A model version made once more. */
export type IReproductionRead = Schemas['ReproductionRead'];

// What runs

/** A size of machine that can be asked for. */
export type ISpecRead = Schemas['SpecRead'];
export type Purpose = ISpecRead['purposes'][number];
export type IWorkloadRead = Schemas['WorkloadRead'];
/** A piece of a log: text from a byte offset. */
export type ILogPiece = Schemas['LogRead'];
export type IUsageSeries = Schemas['UsageSeries'];

// Training and evaluation

/** What a run is made of. */
export type IRunSettings = Schemas['RunSettings'];
/** A change of settings; what is absent is taken from the run before. */
export type IRunChanges = Schemas['RunChanges'];
export type IEstimate = Schemas['Estimate'];
export type IRunRead = Schemas['RunRead'];
export type ITrainingJobRead = Schemas['TrainingJobRead'];
/** Series of figures, each in at most so many buckets. */
export type IScalars = Schemas['ScalarRead'];
export type IEvaluationResult = Schemas['EvaluationResult'];
export type IEvaluatedSample = Schemas['EvaluatedSample'];
export type IEvaluatedQuery = NonNullable<IRoutes['GET /evaluations/{id}/samples']['query']>;
export type IComparison = Schemas['Comparison'];
export type IEvaluationRead = Schemas['EvaluationRead'];
/** Settings of a training job or an evaluation under a name. */
export type IJobTemplateRead = Schemas['JobTemplateRead'];

// Services

export type ICallSummary = Schemas['CallSummary'];
export type ICallPoint = Schemas['CallPoint'];
export type IServingModel = Schemas['ServingModel'];
export type IServingScript = Schemas['ServingScript'];
export type IRollbackRule = Schemas['RollbackRule-Output'];
export type IAutoStop = Schemas['AutoStop-Output'];
export type ICanaryRead = Schemas['CanaryRead'];
export type IServiceRecord = Schemas['RecordRead'];
export type IDeploymentRead = Schemas['DeploymentRead'];
export type IServiceLimits = Schemas['Limits-Output'];
export type IServiceRead = Schemas['ServiceRead'];
export type IScriptChoice = Schemas['ScriptChoice'];
export type IPrediction = Schemas['Prediction'];
export type IBatchRead = Schemas['BatchRead'];
export type IUsageLine = Schemas['UsageLine'];
