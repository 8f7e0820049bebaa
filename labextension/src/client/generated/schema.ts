// Made by `npm run types` of the platform's OpenAPI document: change the schemas in Python instead.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Accelerators of one node. */
        "Accelerator-Input": {
            /** @default 1 */
            count?: number;
            product?: string | null;
            resource: string;
        };
        /** @description Accelerators of one node. */
        "Accelerator-Output": {
            /** @default 1 */
            count: number;
            product: string | null;
            resource: string;
        };
        /** @description Which datasets an algorithm can learn from; an empty list is any. */
        "Accepts-Input": {
            annotation_types?: string[];
            data_types?: string[];
        };
        /** @description Which datasets an algorithm can learn from; an empty list is any. */
        "Accepts-Output": {
            annotation_types: string[];
            data_types: string[];
        };
        /** @description Where files are put: a folder of one's own area. */
        aispace__algorithms__schemas__ExportRequest: {
            path: string;
        };
        /** @description How to export a version. */
        aispace__datasets__requests__ExportRequest: {
            /**
             * @description Whether the files of the samples go along, or only what is said of them.
             * @default true
             */
            data?: boolean;
            /**
             * @default manifest
             * @enum {string}
             */
            layout?: "class_folders" | "manifest" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest";
            /** @default download */
            target?: "download" | components["schemas"]["AreaTarget"];
        };
        /** @description A file, a line of one, or an object of an annotation that was not imported. */
        aispace__datasets__requests__RefusedFile: {
            code: string;
            /** @description Line of the file, counted from 1. */
            line: number | null;
            message: string;
            path: string;
        };
        /** @description A member of an archive that was left out. */
        aispace__files__schemas__RefusedFile: {
            code: string;
            message: string;
            path: string;
        };
        /** @description A new algorithm with its first version. */
        AlgorithmCreate: {
            accepts?: components["schemas"]["Accepts-Input"];
            argument_mapping?: {
                [key: string]: string | null;
            };
            /**
             * @default custom
             * @enum {string}
             */
            category?: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
            /** @default  */
            description?: string;
            /**
             * @description Whether ``train_out`` is passed.
             * @default true
             */
            file_output?: boolean;
            /** @default  */
            framework?: string;
            /** @description Runtime for training; null: chosen with the training job. */
            image_id?: string | null;
            /**
             * @description Whether ``train_model_out`` is passed.
             * @default true
             */
            model_output?: boolean;
            name: string;
            parameters?: components["schemas"]["Parameter-Input"][];
            /** @default python train.py */
            run_command?: string;
            serving_image_id?: string | null;
            source: components["schemas"]["UploadSource"] | components["schemas"]["BatchSource"] | components["schemas"]["AreaSource"] | components["schemas"]["GitSource"];
        };
        /** @description A copy of one's own. */
        AlgorithmFork: {
            description?: string | null;
            name: string;
            /** @description Default: the current one. */
            version?: string | null;
        };
        /** @description An algorithm and its current version. */
        AlgorithmRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            /** @enum {string} */
            category: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
            created_at: string;
            current: components["schemas"]["AlgorithmVersionRead"];
            current_version: string;
            description: string;
            framework: string;
            id: string;
            name: string;
            owner: components["schemas"]["Ref"];
            revision: number;
            updated_at: string;
            version_count: number;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description An algorithm version; without version the current one. */
        "AlgorithmRef-Input": {
            algorithm_id: string;
            version?: string | null;
        };
        /** @description An algorithm version; without version the current one. */
        "AlgorithmRef-Output": {
            algorithm_id: string;
            version: string | null;
        };
        /** @description Changes; what is absent stays. How the code is run belongs to a version: changing it makes the next one. */
        AlgorithmUpdate: {
            accepts?: components["schemas"]["Accepts-Input"] | null;
            argument_mapping?: {
                [key: string]: string | null;
            } | null;
            category?: ("image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom") | null;
            description?: string | null;
            file_output?: boolean | null;
            framework?: string | null;
            image_id?: string | null;
            model_output?: boolean | null;
            name?: string | null;
            parameters?: components["schemas"]["Parameter-Input"][] | null;
            run_command?: string | null;
            serving_image_id?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description Another version from new code; what is absent is taken from the current version. */
        AlgorithmVersionCreate: {
            argument_mapping?: {
                [key: string]: string | null;
            } | null;
            /** @default  */
            note?: string;
            parameters?: components["schemas"]["Parameter-Input"][] | null;
            run_command?: string | null;
            source: components["schemas"]["UploadSource"] | components["schemas"]["BatchSource"] | components["schemas"]["AreaSource"] | components["schemas"]["GitSource"];
        };
        /** @description A version: code and how it is run. */
        AlgorithmVersionRead: {
            accepts: components["schemas"]["Accepts-Output"];
            algorithm_id: string;
            argument_mapping: {
                [key: string]: string | null;
            };
            created_at: string;
            created_by: components["schemas"]["Ref"];
            file_count: number;
            file_output: boolean;
            framework: string;
            id: string;
            image_id: string | null;
            image_name: string | null;
            /** @default false */
            is_current: boolean;
            model_output: boolean;
            note: string;
            parameters: components["schemas"]["Parameter-Output"][];
            run_command: string;
            serving_image_id: string | null;
            size_bytes: number;
            source: {
                [key: string]: unknown;
            };
            version: string;
        };
        /** @description Money: a decimal string with its currency. */
        Amount: {
            amount: string;
            currency: string;
        };
        /** @description Many annotations. */
        AnnotationBatch: {
            items: components["schemas"]["AnnotationItem"][];
        };
        /** @description An annotation among many; the sample is named by id or by path. */
        AnnotationItem: {
            /**
             * @description Made by a machine: the sample becomes ``auto``, and what a person did is left as it is.
             * @default false
             */
            automatic?: boolean;
            /** @default false */
            confirm?: boolean;
            objects: components["schemas"]["AnnotationObject-Input"][];
            path?: string | null;
            /** @description Refuse when the sample has another revision. */
            revision?: number | null;
            sample_id?: string | null;
        };
        /** @description One thing said about a sample. Which fields a kind of dataset takes is checked against `KINDS`. */
        "AnnotationObject-Input": {
            attributes?: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            hard?: boolean | null;
            id?: string | null;
            interval?: [
                number,
                number
            ] | null;
            label?: string | null;
            score?: number | null;
            shape?: components["schemas"]["Box-Input"] | null;
            span?: [
                number,
                number
            ] | null;
            text?: string | null;
            track?: string | null;
        };
        /** @description One thing said about a sample. Which fields a kind of dataset takes is checked against `KINDS`. */
        "AnnotationObject-Output": {
            attributes: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            hard: boolean | null;
            id: string | null;
            interval: [
                number,
                number
            ] | null;
            label: string | null;
            score: number | null;
            shape: components["schemas"]["Box-Output"] | null;
            span: [
                number,
                number
            ] | null;
            text: string | null;
            track: string | null;
        };
        /** @description A sample's new annotation. */
        AnnotationPut: {
            /**
             * @description Whether the person vouches for it; otherwise the sample is only started.
             * @default false
             */
            confirm?: boolean;
            hard?: boolean | null;
            objects: components["schemas"]["AnnotationObject-Input"][];
        };
        /** @description The annotation of a sample. */
        AnnotationRead: {
            at: string | null;
            by: components["schemas"]["Annotator"] | null;
            objects: components["schemas"]["AnnotationObject-Output"][];
        };
        /** @description What became of one of many annotations. */
        AnnotationResult: {
            error: {
                [key: string]: unknown;
            } | null;
            revision: number | null;
            sample_id: string | null;
            /** @enum {string} */
            status: "saved" | "unchanged" | "refused";
        };
        /** @description What became of many annotations, in their order. */
        AnnotationResults: {
            results: components["schemas"]["AnnotationResult"][];
        };
        /** @description Who annotated: a person or a service. */
        Annotator: {
            id: string;
            /** @enum {string} */
            kind: "user" | "service";
            name: string;
        };
        /** @description A file or folder of the caller's own area. */
        AreaSource: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "area";
            path: string;
        };
        /** @description A place in the caller's own area. */
        AreaTarget: {
            area: string;
        };
        /** @description One try. */
        AttemptRead: {
            ended_at: string | null;
            exit_code: number | null;
            number: number;
            reason: components["schemas"]["Reason"] | null;
            started_at: string | null;
            /** @enum {string} */
            status: "starting" | "running" | "succeeded" | "failed" | "stopped";
        };
        /** @description When a service stops by itself; the first of the given conditions counts. */
        "AutoStop-Input": {
            /** @description So long after each start. */
            after_hours?: number | null;
            /** @description At this moment. */
            at?: string | null;
            /** @description When nobody called it for so long. */
            idle_minutes?: number | null;
        };
        /** @description When a service stops by itself; the first of the given conditions counts. */
        "AutoStop-Output": {
            /** @description So long after each start. */
            after_hours: number | null;
            /** @description At this moment. */
            at: string | null;
            /** @description When nobody called it for so long. */
            idle_minutes: number | null;
        };
        /** @description How far it is. */
        BatchCounts: {
            /** @default 0 */
            done: number;
            /** @default 0 */
            failed: number;
            /** @default 0 */
            total: number;
        };
        /** @description Files that go through a model or script once; it starts at once. */
        BatchCreate: {
            argument_mapping?: {
                [key: string]: string;
            };
            /** @default  */
            description?: string;
            environment?: {
                [key: string]: string;
            };
            /** @description Runtime; null: as for an online service. */
            image_id?: string | null;
            /**
             * @description Longest time of one attempt; 0: no limit.
             * @default 0
             */
            max_hours?: number;
            model?: components["schemas"]["ModelChoice"] | null;
            name: string;
            /** @description Run parameters; ``workers`` is how many files are worked on at once. */
            parameters?: {
                [key: string]: string | boolean | number;
            };
            /** @description Where results are put besides; they can be downloaded in any case. */
            results?: components["schemas"]["ResultFolder"] | null;
            script?: components["schemas"]["ScriptChoice"] | null;
            source: components["schemas"]["BatchDataset"] | components["schemas"]["BatchFolder"];
            spec_id: string;
        };
        /** @description The samples of a published dataset version. */
        BatchDataset: {
            dataset_id: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "dataset";
            /** @description Only the samples of this split. */
            split?: ("training" | "validation" | "test") | null;
            version: string;
        };
        /** @description Results on their way into a dataset, or there. */
        BatchDelivery: {
            /** @description Null where somebody else asked for it. */
            dataset: components["schemas"]["Ref"] | null;
            /** @description Samples that a person had annotated: that was kept. */
            kept: number;
            /** @description Samples that got a proposal. */
            proposed: number;
            reason: components["schemas"]["Reason"] | null;
            /** @description The first of them. */
            refusals: components["schemas"]["BatchRefusal"][];
            /** @description Samples whose result says nothing that fits. */
            refused: number;
            /** @enum {string} */
            status: "running" | "succeeded" | "failed";
            /** @description What was published; null: nothing, ``reason`` says why. */
            version: string | null;
        };
        /** @description Put the results into a dataset: as proposals, which people confirm. */
        BatchDeliveryRequest: {
            /** @description Of a new dataset made of a folder; null: as the results look. */
            annotation_type?: ("image_classification" | "object_detection" | "text_classification") | null;
            /** @description Of a new dataset with the same files; null: into the dataset that the files came from. */
            name?: string | null;
            /**
             * @description Publish the working copy with the proposals as the next version.
             * @default true
             */
            publish?: boolean;
        };
        /** @description What became of one file. */
        BatchFileRead: {
            /** @description Why it failed. */
            code: string | null;
            label: string | null;
            message: string | null;
            path: string;
            /** @description Path of its result, for the content route. */
            result: string | null;
            score: number | null;
            seconds: number;
            /** @enum {string} */
            status: "done" | "failed";
        };
        /** @description A folder of the owner's area; hidden files and links are left out. */
        BatchFolder: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "area";
            path: string;
        };
        /** @description A batch service as the caller sees it. */
        BatchRead: {
            argument_mapping: {
                [key: string]: string;
            };
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            /** @description Of the last start; null when it is free. */
            cost: components["schemas"]["Amount"] | null;
            counts: components["schemas"]["BatchCounts"];
            created_at: string;
            /** @description Where its results were put as annotations last; null: nowhere. */
            delivery: components["schemas"]["BatchDelivery"] | null;
            description: string;
            ended_at: string | null;
            environment: {
                [key: string]: string;
            };
            id: string;
            image: components["schemas"]["Ref"];
            max_hours: number;
            model: components["schemas"]["ServingModel"] | null;
            name: string;
            owner: components["schemas"]["Ref"];
            parameters: {
                [key: string]: unknown;
            };
            reason: components["schemas"]["Reason"] | null;
            results: components["schemas"]["ResultFolder"] | null;
            revision: number;
            script: components["schemas"]["ServingScript"] | null;
            source: components["schemas"]["BatchSourceRead"];
            spec_id: string;
            started_at: string | null;
            /** @description How often it was started. */
            starts: number;
            /** @enum {string} */
            status: "scheduled" | "queued" | "starting" | "running" | "paused" | "storing" | "succeeded" | "failed" | "stopped";
            /** @description Where the results were put besides. */
            stored: components["schemas"]["ResultFolder"] | null;
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
            /** @description The last one: for log and metrics. */
            workload_id: string | null;
        };
        /** @description A result that could not become a proposal. */
        BatchRefusal: {
            code: string;
            message: string;
            path: string;
        };
        /** @description All complete uploads that carry the same ``batch`` in their metadata; ``relativePath`` tells where each lies. */
        BatchSource: {
            batch: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "batch";
        };
        /** @description Where the files come from. */
        BatchSourceRead: {
            dataset: components["schemas"]["Ref"] | null;
            /** @enum {string} */
            kind: "dataset" | "area";
            /**
             * @description The folder is one of the owner before: before it starts again, another source has to be chosen.
             * @default false
             */
            moved: boolean;
            path: string | null;
            split: ("training" | "validation" | "test") | null;
            version: string | null;
        };
        /**
         * @description Changes of a batch service that does not run; what is absent stays.
         *
         *     A change of what is computed drops the results that are there: the next start does every file anew.
         */
        BatchUpdate: {
            argument_mapping?: {
                [key: string]: string;
            } | null;
            description?: string | null;
            environment?: {
                [key: string]: string;
            } | null;
            image_id?: string | null;
            max_hours?: number | null;
            model?: components["schemas"]["ModelChoice"] | null;
            name?: string | null;
            parameters?: {
                [key: string]: string | boolean | number;
            } | null;
            results?: components["schemas"]["ResultFolder"] | null;
            script?: components["schemas"]["ScriptChoice"] | null;
            source?: (components["schemas"]["BatchDataset"] | components["schemas"]["BatchFolder"]) | null;
            spec_id?: string | null;
        };
        /**
         * @description A rectangle in the pixels of the image as they are stored: an EXIF orientation is not applied.
         *
         *     The corner of the first pixel is (0, 0), its opposite corner (1, 1); so a box over all of an image is
         *     (0, 0, width, height). Numbers are kept to a thousandth of a pixel.
         */
        "Box-Input": {
            h: number;
            /**
             * @default bbox
             * @constant
             */
            type?: "bbox";
            w: number;
            /** @description Left edge. */
            x: number;
            /** @description Upper edge. */
            y: number;
        };
        /**
         * @description A rectangle in the pixels of the image as they are stored: an EXIF orientation is not applied.
         *
         *     The corner of the first pixel is (0, 0), its opposite corner (1, 1); so a box over all of an image is
         *     (0, 0, width, height). Numbers are kept to a thousandth of a pixel.
         */
        "Box-Output": {
            h: number;
            /**
             * @default bbox
             * @constant
             */
            type: "bbox";
            w: number;
            /** @description Left edge. */
            x: number;
            /** @description Upper edge. */
            y: number;
        };
        /** @description One change of many samples. */
        BulkAnnotate: {
            /**
             * @description Take all labels away.
             * @default false
             */
            clear?: boolean;
            confirm?: boolean | null;
            filter?: components["schemas"]["SampleFilter"] | null;
            hard?: boolean | null;
            ids?: string[] | null;
            /** @description Set it (single), or add it (multi). */
            label?: string | null;
            /** @default  */
            reason?: string;
            /** @description Of those that somebody confirmed; the others are skipped. */
            review?: ("accept" | "reject") | "withdraw" | null;
            split?: ("training" | "validation" | "test") | "none" | null;
        };
        /** @description What a change of many samples did. */
        BulkResult: {
            changed: number;
            /**
             * @description Samples that it could not apply to, for instance confirming one without a label.
             * @default 0
             */
            skipped: number;
            undo_token: string | null;
        };
        /** @description Samples by ids, or all that match a filter (an empty filter: all). */
        BulkSelection: {
            filter?: components["schemas"]["SampleFilter"] | null;
            ids?: string[] | null;
        };
        /** @description Calls within one step. */
        CallPoint: {
            at: string;
            client_errors: number;
            errors: number;
            /** @description Milliseconds. */
            p50: number | null;
            p99: number | null;
            total: number;
        };
        /** @description Calls over time. */
        CallSeries: {
            /** @description The whole window, by deployment. */
            by_deployment: {
                [key: string]: components["schemas"]["CallPoint"];
            };
            client_errors: number;
            errors: number;
            p50: number | null;
            p99: number | null;
            points: components["schemas"]["CallPoint"][];
            step_seconds: number;
            total: number;
            window: string;
        };
        /** @description Calls in short. */
        CallSummary: {
            /**
             * @description Of these, answered with 4xx.
             * @default 0
             */
            client_errors: number;
            /**
             * @description Of these, answered with 5xx.
             * @default 0
             */
            errors: number;
            /** @description Milliseconds, over the last five minutes; null without calls. */
            p50: number | null;
            p99: number | null;
            /**
             * @description Calls a second, over the last half minute.
             * @default 0
             */
            rate: number;
            /**
             * @description Since the service was made.
             * @default 0
             */
            total: number;
        };
        /** @description A second version, tried on a part of the requests; what is absent is as in production. */
        CanaryCreate: {
            argument_mapping?: {
                [key: string]: string;
            } | null;
            environment?: {
                [key: string]: string;
            } | null;
            image_id?: string | null;
            model?: components["schemas"]["ModelChoice"] | null;
            /** @default  */
            note?: string;
            parameters?: {
                [key: string]: string | boolean | number;
            } | null;
            replicas?: number | null;
            rule?: components["schemas"]["RollbackRule-Input"] | null;
            script?: components["schemas"]["ScriptChoice"] | null;
            /**
             * @description Its part of the requests in percent; production has the rest. 0: only for those who ask for it by header.
             * @default 10
             */
            share?: number;
            spec_id?: string | null;
        };
        /** @description The second version that is being tried. */
        CanaryRead: {
            model: components["schemas"]["ServingModel"] | null;
            number: number;
            ready_at: string | null;
            replicas: components["schemas"]["ReplicaCount"];
            rule: components["schemas"]["RollbackRule-Output"] | null;
            script: components["schemas"]["ServingScript"] | null;
            /** @description Percent of the requests that it gets once it serves. */
            share: number;
            /** @enum {string} */
            status: "pending" | "deploying" | "serving" | "draining" | "stopped" | "failed";
            workload_id: string | null;
        };
        /** @description Changes that take effect in place, without a new deployment; a rule of null takes the rule away. */
        CanaryUpdate: {
            /** @default  */
            note?: string;
            rule?: components["schemas"]["RollbackRule-Input"] | null;
            share?: number | null;
        };
        /** @description One kind of resource. */
        CapacityItem: {
            free: number;
            product: string | null;
            /** @description ``cpu`` (cores), ``memory`` (bytes) or the name of an accelerator resource. */
            resource: string;
            total: number;
            used: number;
        };
        /** @description What there is and what is free. */
        CapacityRead: {
            engine: string;
            items: components["schemas"]["CapacityItem"][];
        };
        /** @description Figures of one label. */
        ClassScore: {
            f1: number;
            label: string;
            precision: number;
            /** @description How often it was predicted. */
            predicted: number;
            recall: number;
            /** @description How many samples have this label. */
            support: number;
        };
        /** @description What was freed. */
        CollectReport: {
            freed_bytes: number;
            kept: number;
            removed: number;
            trees_removed: number;
        };
        /** @description A column of a table. */
        Column: {
            name: string;
            /**
             * @description The values of a ``label`` column are the annotations, not part of ``values``.
             * @default feature
             * @enum {string}
             */
            role: "feature" | "label";
            /**
             * @description What all its values can be read as; empty cells are missing values of any type.
             * @enum {string}
             */
            type: "integer" | "number" | "boolean" | "text";
        };
        /** @description Runs side by side. */
        Comparison: {
            /** @description Settings in which they differ: one value for each run. */
            differences: {
                [key: string]: unknown[];
            };
            evaluations: (components["schemas"]["EvaluationSummary"] | null)[];
            metrics: {
                [key: string]: (components["schemas"]["RunMetric"] | null)[];
            };
            runs: components["schemas"]["RunRead"][];
        };
        /** @description How many samples are in which state. */
        Counts: {
            auto: number;
            hard: number;
            labelled: number;
            rejected: number;
            reviewed: number;
            started: number;
            total: number;
            unlabelled: number;
        };
        /** @description Where a page lies in a list that pages by cursor. */
        CursorInfo: {
            limit: number;
            /** @description Cursor of the next page, or null on the last. */
            next: string | null;
            total: number | null;
        };
        CursorPage_EvaluatedSample_: {
            items: components["schemas"]["EvaluatedSample"][];
            page: components["schemas"]["CursorInfo"];
        };
        CursorPage_EventRead_: {
            items: components["schemas"]["EventRead"][];
            page: components["schemas"]["CursorInfo"];
        };
        CursorPage_FileEntry_: {
            items: components["schemas"]["FileEntry"][];
            page: components["schemas"]["CursorInfo"];
        };
        CursorPage_SampleRead_: {
            items: components["schemas"]["SampleRead"][];
            page: components["schemas"]["CursorInfo"];
        };
        CursorPage_UploadRead_: {
            items: components["schemas"]["UploadRead"][];
            page: components["schemas"]["CursorInfo"];
        };
        /** @description A blob whose bytes are not what its name says, or that is missing. */
        Damage: {
            /** @description Versions that need it, for instance ``"aispace_dataset_versions ds_... V0001"``. */
            needed_by: string[];
            /** @description ``"changed"`` or ``"missing"``. */
            problem: string;
            sha256: string;
        };
        /** @description A new dataset: empty, files are imported next. */
        DatasetCreate: {
            /** @default image_classification */
            annotation_type?: string;
            /** @default image */
            data_type?: string;
            /** @default  */
            description?: string;
            label_group_id?: string | null;
            /** @description Without a label group: a new group with these labels is made. Neither: an empty one, which imports fill. */
            labels?: components["schemas"]["Label-Input"][] | null;
            name: string;
            /** @description One label a sample (``single``, the default of image classification) or several (``multi``). */
            template?: ("single" | "multi") | null;
            /**
             * @default private
             * @enum {string}
             */
            visibility?: "private" | "public" | "preset";
        };
        /** @description A published dataset version. */
        DatasetInput: {
            dataset_id: string;
            /** @description Only the samples of this split. */
            split?: ("training" | "validation" | "test") | null;
            version: string;
        };
        /** @description A dataset. */
        DatasetRead: {
            annotation_type: string;
            /** @description The last published version, which the working copy goes on from. */
            base_version: string | null;
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            /** @description Of a table, in the order of the file it came from; none before the first import, and of other data types. */
            columns: components["schemas"]["Column"][] | null;
            counts: components["schemas"]["Counts"];
            created_at: string;
            current_version: string | null;
            data_type: string;
            description: string;
            id: string;
            label_group: components["schemas"]["LabelGroupOf"] | null;
            name: string;
            next_version: string;
            number: number;
            owner: components["schemas"]["Ref"];
            /** @description Share of the samples that are confirmed, 0 to 1. */
            progress: number;
            revision: number;
            size_bytes: number;
            /** @enum {string} */
            status: "unlabelled" | "labelling" | "auto_labelling" | "auto_labelled" | "labelled" | "importing" | "created";
            template: ("single" | "multi") | null;
            unpublished: components["schemas"]["Unpublished"];
            updated_at: string;
            /** @description What uses its versions; only in the answer for one dataset. */
            used_by: {
                [key: string]: string;
            }[];
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description What may be changed of a dataset; what is left out stays. */
        DatasetUpdate: {
            description?: string | null;
            label_group_id?: string | null;
            name?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description A published version. */
        DatasetVersionRead: {
            annotation_type: string;
            can: string[];
            columns: components["schemas"]["Column"][] | null;
            /** @description States, splits and labels with their numbers of samples; ``objects``: labels with their numbers of boxes. */
            counts: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            created_at: string;
            created_by: components["schemas"]["Ref"];
            data_type: string;
            dataset_id: string;
            file_count: number;
            id: string;
            /** @default false */
            is_current: boolean;
            labels: components["schemas"]["Label-Output"][];
            note: string;
            progress: number;
            size_bytes: number;
            source: {
                [key: string]: unknown;
            };
            template: ("single" | "multi") | null;
            used_by: {
                [key: string]: string;
            }[];
            version: string;
        };
        /** @description How many samples were deleted. */
        DeleteResult: {
            deleted: number;
        };
        /** @description All deployments of a service, newest first. */
        DeploymentList: {
            items: components["schemas"]["DeploymentRead"][];
        };
        /** @description One configuration of a service. */
        DeploymentRead: {
            argument_mapping: {
                [key: string]: string;
            };
            can: string[];
            created_at: string;
            created_by: components["schemas"]["Ref"];
            ended_at: string | null;
            environment: {
                [key: string]: string;
            };
            image_id: string;
            /** @description Whether it has the traffic. */
            is_current: boolean;
            model: components["schemas"]["ServingModel"] | null;
            note: string;
            number: number;
            parameters: {
                [key: string]: unknown;
            };
            ready_at: string | null;
            reason: components["schemas"]["Reason"] | null;
            replicas: components["schemas"]["ReplicaCount"];
            /** @enum {string} */
            role: "production" | "canary";
            script: components["schemas"]["ServingScript"] | null;
            /** @description Percent of the requests: now, or when it last had some. */
            share: number;
            source: components["schemas"]["DeploymentSource"];
            spec_id: string;
            started_at: string | null;
            /** @enum {string} */
            status: "pending" | "deploying" | "serving" | "draining" | "stopped" | "failed";
            /** @description Workloads of its replicas, newest first: for logs and metrics. */
            workloads: string[];
        };
        /** @description What a deployment was made by. */
        DeploymentSource: {
            changed: string[];
            /** @description Number of the deployment before it, or of the one gone back to. */
            from: number | null;
            /**
             * @default create
             * @enum {string}
             */
            kind: "create" | "edit" | "rollback" | "canary";
        };
        /** @description How many samples differ, and how. */
        DiffCounts: {
            added: number;
            /** @description Other bytes, split or mark, the same labels. */
            changed: number;
            relabelled: number;
            removed: number;
        };
        /** @description Something that is not the same in both runs. */
        Difference: {
            /** @description In the new run; null: it is not there. */
            after: string | null;
            /** @enum {string} */
            aspect: "file" | "metric" | "package" | "python" | "data" | "code" | "parameter" | "setting";
            /** @description In the run that made the model; null: it was not there. */
            before: string | null;
            name: string;
        };
        /** @description One sample that differs. */
        DiffItem: {
            after: components["schemas"]["DiffSide"] | null;
            before: components["schemas"]["DiffSide"] | null;
            /** @enum {string} */
            change: "added" | "removed" | "relabelled" | "changed";
            path: string;
        };
        /** @description The difference of two states of a dataset. */
        DiffRead: {
            counts: components["schemas"]["DiffCounts"];
            items: components["schemas"]["DiffItem"][];
            page: components["schemas"]["CursorInfo"];
        };
        /** @description What a sample is on one side of a difference. */
        DiffSide: {
            /** @description Of a sample without a file of its own. */
            content: components["schemas"]["JsonValue"];
            hard: boolean;
            objects: components["schemas"]["AnnotationObject-Output"][];
            sha256_prefix: string;
            split: ("training" | "validation" | "test") | null;
            /** @enum {string} */
            state: "unlabelled" | "auto" | "started" | "labelled" | "reviewed" | "rejected";
        };
        /** @description What was deleted for good. */
        Emptied: {
            deleted: number;
            /** @description What others in somebody's trash still need; it goes with them. */
            kept: number;
        };
        /** @description What would happen if the job were submitted now. */
        Estimate: {
            /** @description Preview; paths are those of an example. */
            command: string;
            /** @description Null: free, or there is no time limit. */
            cost_at_most: components["schemas"]["Amount"] | null;
            fields: components["schemas"]["FieldError"][];
            /** @description Whether it fits into this installation at all. */
            fits: boolean;
            /** @description Whether it would start at once. */
            free: boolean;
            price_per_hour: components["schemas"]["Amount"] | null;
            queue_position: number | null;
            starts_in_seconds: number | null;
            valid: boolean;
        };
        /** @description A job as far as its form is filled in. */
        EstimateRequest: {
            algorithm?: components["schemas"]["AlgorithmRef-Input"] | null;
            argument_mapping?: {
                [key: string]: string | null;
            } | null;
            /** @description Run to change; default: the newest. */
            base?: string | null;
            delay_hours?: number | null;
            description?: string | null;
            environment?: {
                [key: string]: string;
            } | null;
            image_id?: string | null;
            inputs?: components["schemas"]["RunInput-Input"][] | null;
            max_hours?: number | null;
            model?: components["schemas"]["ModelRef-Input"] | null;
            name?: string | null;
            nodes?: number | null;
            note?: string | null;
            notify?: ("running" | "succeeded" | "failed")[] | null;
            parameters?: {
                [key: string]: boolean | number | string | null;
            } | null;
            priority?: ("low" | "normal" | "high") | null;
            queue?: string | null;
            retries?: number | null;
            seed?: number | null;
            spec_id?: string | null;
            /** @default true */
            start?: boolean;
            /**
             * @default single_node
             * @constant
             */
            task_type?: "single_node";
            template?: string | null;
        };
        /** @description One sample with what was said of it. */
        EvaluatedSample: {
            correct: boolean;
            /** @description Dataset version that holds it. */
            dataset: components["schemas"]["InputRead"] | null;
            path: string;
            predicted: string;
            /** @description Of the predicted label. */
            score: number | null;
            scores: {
                [key: string]: number;
            } | null;
            truth: string;
        };
        /** @description Try a model version on a dataset version. */
        EvaluationCreate: {
            /** @description Runtime; null: that of the model. */
            image_id?: string | null;
            inputs: components["schemas"]["DatasetInput"][];
            model_id: string;
            name?: string | null;
            spec_id: string;
            version?: string | null;
        };
        /** @description An evaluation of a model version. */
        EvaluationRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            collecting: boolean;
            cost: components["schemas"]["Amount"] | null;
            created_at: string;
            ended_at: string | null;
            id: string;
            image: components["schemas"]["Ref"] | null;
            inputs: components["schemas"]["InputRead"][];
            model: components["schemas"]["VersionRef"];
            name: string;
            owner: components["schemas"]["Ref"];
            progress: components["schemas"]["RunProgress"] | null;
            reason: components["schemas"]["Reason"] | null;
            result: components["schemas"]["EvaluationResult"] | null;
            revision: number;
            started_at: string | null;
            /** @enum {string} */
            status: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
            workload: components["schemas"]["WorkloadRead"] | null;
        };
        /** @description How well predictions agree with labels. */
        EvaluationResult: {
            accuracy: number;
            count: number;
            labels: string[];
            macro_f1: number;
            macro_precision: number;
            macro_recall: number;
            /** @description Rows: true label, columns: predicted label, in the order of ``labels``. */
            matrix: number[][];
            per_class: components["schemas"]["ClassScore"][];
            weighted_f1: number;
            wrong: number;
        };
        /** @description The two numbers of an evaluation. */
        EvaluationSummary: {
            accuracy: number;
            count: number;
            macro_f1: number;
        };
        /** @description What happened, in order. */
        EventRead: {
            actor: components["schemas"]["Ref"];
            code: string;
            hash: string | null;
            id: string;
            object_id: string;
            object_kind: string;
            occurred_at: string;
            params: {
                [key: string]: unknown;
            };
            position: number;
            request_id: string | null;
        };
        /** @description What an export would hold, and what its form cannot carry. */
        ExportInspection: {
            count: number;
            /** @enum {string} */
            layout: "class_folders" | "manifest" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest";
            /** @description What is not in the export, for instance ``{"code": "hard", "n": 12, ...}``; empty when nothing is lost. */
            losses: components["schemas"]["Note"][];
            /** @description Whether this kind of dataset goes into this form. */
            possible: boolean;
        };
        /** @description Which form of a version to look at. */
        ExportInspectRequest: {
            /**
             * @default manifest
             * @enum {string}
             */
            layout?: "class_folders" | "manifest" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest";
        };
        /** @description An export. */
        ExportRead: {
            area_path: string | null;
            created_at: string;
            dataset_id: string;
            ended_at: string | null;
            filename: string;
            id: string;
            layout: string;
            /** @description What is not in it, as its inspection said. */
            losses: components["schemas"]["Note"][];
            progress: components["schemas"]["Progress"];
            reason: components["schemas"]["Reason"] | null;
            /** @enum {string} */
            status: "queued" | "running" | "ready" | "failed";
            version: string;
        };
        /** @description What was put there. */
        ExportResult: {
            files: number;
            path: string;
            size_bytes: number;
        };
        /** @description What unpacking did. */
        ExtractReport: {
            files: number;
            folder: components["schemas"]["FileRead"];
            refused: components["schemas"]["aispace__files__schemas__RefusedFile"][];
        };
        /** @description A wrong field. */
        FieldError: {
            code: string;
            field: string;
            message: string;
            /** @description Numbers, names and limits in its message, for translation. */
            params: {
                [key: string]: components["schemas"]["JsonValue"];
            };
        };
        /** @description One file of an edit. */
        FileChange: {
            path: string;
            /** @description New text; null deletes the file. */
            text: string | null;
        };
        /** @description Pack files and folders of the area. */
        FileCompress: {
            /** @default false */
            overwrite?: boolean;
            paths: string[];
            /** @description The archive; its suffix says the format: .zip, .tar, .tar.gz or .tar.bz2. */
            to: string;
        };
        /** @description A new file of text, empty or not; its folder must exist. */
        FileCreate: {
            path: string;
            /** @default  */
            text?: string;
        };
        /** @description One file of a version. */
        FileEntry: {
            path: string;
            sha256: string;
            size: number;
        };
        /** @description Unpack an archive of the area. */
        FileExtract: {
            /** @default false */
            overwrite?: boolean;
            path: string;
            /** @description Folder; default: one beside the archive, named after it. Made where it does not exist. */
            to?: string | null;
        };
        /** @description From where to where; several sources go into the folder ``to``. */
        FileMove: {
            from: string | string[];
            /**
             * @description Replace a file that is there. A folder is never replaced.
             * @default false
             */
            overwrite?: boolean;
            to: string;
        };
        /** @description Put a finished upload into the area. */
        FilePlace: {
            /** @default false */
            overwrite?: boolean;
            path: string;
            upload_id: string;
        };
        /** @description A file or folder of the area. */
        FileRead: {
            modified: string;
            name: string;
            /** @description From the root of the area, parts joined by ``/``. */
            path: string;
            /** @description How it can be looked at; null: not at all, by its suffix. */
            preview: ("audio" | "video" | "image" | "text") | null;
            /** @description Up to how many bytes. */
            preview_limit: number | null;
            /** @description Bytes; 0 for a folder. */
            size: number;
            /** @enum {string} */
            type: "folder" | "file" | "image" | "video" | "audio" | "archive";
        };
        /** @description Changes of files: they make the next version. */
        FilesEdit: {
            changes: components["schemas"]["FileChange"][];
            /** @default  */
            note?: string;
        };
        /** @description How much there is. */
        FileSummary: {
            files: number;
            size_bytes: number;
        };
        /** @description A new folder; its parent must exist. */
        FolderCreate: {
            path: string;
        };
        /** @description A label as the files name it, and what the import makes of it. */
        FoundLabel: {
            /** @description Whether its own name can be that of a label; otherwise it has to be mapped, or what has it is refused. */
            fits: boolean;
            /** @description Whether the dataset's label group has that label already; otherwise it gets it. */
            known: boolean;
            /** @description What it becomes; null where it is left out or, as it stands, refused. */
            label: string | null;
            /** @description How many objects or samples have it; 0 where it is only declared. */
            n: number;
            name: string;
        };
        /** @description A commit of a git repository. */
        GitSource: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "git";
            ref?: string | null;
            url: string;
        };
        /** @description A new runtime image; it is built at once. */
        ImageCreate: {
            /** @default  */
            description?: string;
            name: string;
            purposes: ("training" | "serving" | "visualisation")[];
            /** @description Version of Python; None: the platform's own. */
            python?: string | null;
            /** @description One package a line, as pip reads it. */
            requirements: string;
            /**
             * @default private
             * @enum {string}
             */
            visibility?: "private" | "public";
        };
        /** @description A runtime image. */
        ImageRead: {
            built_at: string | null;
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            created_at: string;
            description: string;
            id: string;
            /** @description Folder of the environment on the platform's machine; null until it was built once. */
            location: string | null;
            name: string;
            owner: components["schemas"]["Ref"];
            packages: components["schemas"]["Package"][] | null;
            purposes: ("training" | "serving" | "visualisation")[];
            python: string | null;
            reason: components["schemas"]["Reason"] | null;
            requirements: string;
            revision: number;
            size_bytes: number | null;
            /** @enum {string} */
            status: "unbuilt" | "building" | "ready" | "failed";
            updated_at: string;
            /** @description Whether something can run in it: also while it is built again, or after that failed. */
            usable: boolean;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
            /** @description Of the newest build: its log tells more. */
            workload_id: string | null;
        };
        /** @description Changes of an image; other requirements or another Python build it again. */
        ImageUpdate: {
            description?: string | null;
            name?: string | null;
            purposes?: ("training" | "serving" | "visualisation")[] | null;
            python?: string | null;
            requirements?: string | null;
            visibility?: ("private" | "public") | null;
        };
        /** @description What an import would find. */
        ImportInspection: {
            /**
             * @description No images came: the annotations go to samples that the dataset has already.
             * @default false
             */
            annotations_only: boolean;
            /** @description 0 to 1: how well the names fit the layout. */
            confidence: number;
            count: number;
            /** @description The first 2,000 labels as the files name them. */
            found_labels: components["schemas"]["FoundLabel"][];
            /** @description Labels as the dataset would have them, and how often. */
            labels: {
                [key: string]: number;
            };
            /** @enum {string} */
            layout: "class_folders" | "flat" | "manifest" | "origin" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest" | "text_pairs";
            notes: components["schemas"]["Note"][];
            /** @description How many boxes there are. */
            objects: number | null;
            preview: components["schemas"]["PreviewSample"][];
            /** @description The first 100 of what would be refused. */
            problems: components["schemas"]["aispace__datasets__requests__RefusedFile"][];
            refused: number;
            table: components["schemas"]["TablePreview"] | null;
        };
        /** @description What to look at before an import. */
        ImportInspectRequest: {
            /**
             * @description Take only samples that are marked hard, or have an object that is.
             * @default false
             */
            hard_only?: boolean;
            /**
             * @description Labels of the files to labels of the dataset; null leaves out what has the label, one that is not named keeps
             *     its name. A label that the files do not have is refused.
             */
            label_mapping?: {
                [key: string]: string | null;
            };
            /** @default auto */
            layout?: ("class_folders" | "flat" | "manifest" | "origin" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest" | "text_pairs") | "auto";
            /** @description Take only what has one of these labels of the files; the other labels are left out. */
            only_labels?: string[] | null;
            source: components["schemas"]["UploadSource"] | components["schemas"]["BatchSource"] | components["schemas"]["AreaSource"] | components["schemas"]["ServerSource"];
            table?: components["schemas"]["TableOptions"];
            /**
             * @description What numbers of VOC files are: edges counted from 0 (most tools), or first and last pixel counted from 1 (the
             *     original data set).
             * @default edges
             * @enum {string}
             */
            voc_boxes?: "edges" | "pixels";
        };
        /** @description An import. */
        ImportRead: {
            created_at: string;
            dataset_id: string;
            ended_at: string | null;
            id: string;
            progress: components["schemas"]["Progress"];
            reason: components["schemas"]["Reason"] | null;
            report: components["schemas"]["ImportReport"];
            /** @enum {string} */
            status: "queued" | "staging" | "committing" | "succeeded" | "failed" | "cancelled";
        };
        /** @description What an import did. */
        ImportReport: {
            /**
             * @description Samples of the dataset that got annotations which came without images.
             * @default 0
             */
            annotated: number;
            /** @default 0 */
            duplicates: number;
            /** @default 0 */
            imported: number;
            labels_created: string[];
            layout: string | null;
            notes: components["schemas"]["Note"][];
            /** @description How many boxes came in. */
            objects: number | null;
            /** @description The first 1,000 of them. */
            refused: components["schemas"]["aispace__datasets__requests__RefusedFile"][];
            /** @default 0 */
            refused_count: number;
            /** @default 0 */
            replaced: number;
            /** @default 0 */
            skipped: number;
        };
        /** @description What to import, and how. */
        ImportRequest: {
            /**
             * @description Whether labels that come with the files count as confirmed.
             * @default true
             */
            confirm?: boolean;
            /**
             * @description What happens to a file with the same bytes as another of the dataset.
             * @default keep
             * @enum {string}
             */
            duplicates?: "keep" | "skip";
            /**
             * @description Take only samples that are marked hard, or have an object that is.
             * @default false
             */
            hard_only?: boolean;
            /**
             * @description Labels of the files to labels of the dataset; null leaves out what has the label, one that is not named keeps
             *     its name. A label that the files do not have is refused.
             */
            label_mapping?: {
                [key: string]: string | null;
            };
            /** @default auto */
            layout?: ("class_folders" | "flat" | "manifest" | "origin" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest" | "text_pairs") | "auto";
            /** @description Take only what has one of these labels of the files; the other labels are left out. */
            only_labels?: string[] | null;
            /**
             * @description What happens to a file whose path the dataset has already.
             * @default refuse
             * @enum {string}
             */
            overwrite?: "refuse" | "skip" | "replace";
            source: components["schemas"]["UploadSource"] | components["schemas"]["BatchSource"] | components["schemas"]["AreaSource"] | components["schemas"]["ServerSource"];
            split?: ("training" | "validation" | "test") | null;
            table?: components["schemas"]["TableOptions"];
            /**
             * @description What numbers of VOC files are: edges counted from 0 (most tools), or first and last pixel counted from 1 (the
             *     original data set).
             * @default edges
             * @enum {string}
             */
            voc_boxes?: "edges" | "pixels";
        };
        /** @description A dataset version that a run used. */
        InputRead: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "training" | "validation" | "evaluation";
            split: ("training" | "validation" | "test") | null;
            version: string;
        };
        /** @description Settings under a name. */
        JobTemplateCreate: {
            /** @default  */
            description?: string;
            /**
             * @default training
             * @enum {string}
             */
            kind?: "training" | "evaluation";
            name: string;
            /** @description Those of a training run, or of an evaluation: what the form of that kind sends, without its name. */
            settings: {
                [key: string]: unknown;
            };
            /**
             * @default private
             * @enum {string}
             */
            visibility?: "private" | "public" | "preset";
        };
        /** @description A template, with the names of what it is made of; a part that is gone, or that one may not see, has none. */
        JobTemplateRead: {
            algorithm: components["schemas"]["VersionRef"] | null;
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            created_at: string;
            description: string;
            id: string;
            inputs: components["schemas"]["InputRead"][];
            /** @enum {string} */
            kind: "training" | "evaluation";
            model: components["schemas"]["VersionRef"] | null;
            name: string;
            owner: components["schemas"]["Ref"];
            revision: number;
            settings: {
                [key: string]: unknown;
            };
            spec: components["schemas"]["Ref"] | null;
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description Changes; what is absent stays. The name stays: commands and notebooks call a template by it. */
        JobTemplateUpdate: {
            description?: string | null;
            /** @description All settings anew. */
            settings?: {
                [key: string]: unknown;
            } | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        JsonValue: unknown;
        /** @description What a kind of dataset is. */
        Kind: {
            annotation_type: string;
            /** @description Fields of an object besides ``id``, ``label``, ``score``, ``attributes`` and ``hard``. */
            carries: string[];
            data_type: string;
            exports: ("class_folders" | "flat" | "manifest" | "origin" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest" | "text_pairs")[];
            imports: ("class_folders" | "flat" | "manifest" | "origin" | "coco" | "voc" | "yolo" | "csv" | "tsv" | "jsonl" | "line_manifest" | "text_pairs")[];
            /** @description Whether it needs labels. */
            label_group: boolean;
            /**
             * @description Whether a sample takes several objects of one label (boxes), and none is a finding that can be confirmed.
             * @default false
             */
            many: boolean;
            /** @description Types of ``shape``, one of which each object must have. */
            shapes: string[];
            templates: string[];
        };
        /** @description All kinds of datasets. */
        Kinds: {
            items: components["schemas"]["Kind"][];
        };
        /** @description One label. */
        "Label-Input": {
            /** @description ``#rrggbb``; chosen from a palette when it is not given. */
            color?: string | null;
            /** @description Shortcut in the annotator: a digit or lower-case letter, except c, r and u, which the annotator uses itself. */
            key?: string | null;
            name: string;
        };
        /** @description One label. */
        "Label-Output": {
            /** @description ``#rrggbb``; chosen from a palette when it is not given. */
            color: string | null;
            /** @description Shortcut in the annotator: a digit or lower-case letter, except c, r and u, which the annotator uses itself. */
            key: string | null;
            name: string;
        };
        /** @description A label that goes from the group and from all samples. */
        LabelDelete: {
            label: string;
            /**
             * @description Delete the samples that have this label only, too; otherwise they stay, unlabelled.
             * @default false
             */
            samples?: boolean;
        };
        /** @description Name of a copy. */
        LabelGroupCopy: {
            description?: string | null;
            name: string;
        };
        /** @description A new label group. */
        LabelGroupCreate: {
            /** @default  */
            description?: string;
            /**
             * @default vision
             * @enum {string}
             */
            kind?: "vision" | "text" | "audio";
            labels?: components["schemas"]["Label-Input"][];
            name: string;
            /**
             * @default private
             * @enum {string}
             */
            visibility?: "private" | "public" | "preset";
        };
        /** @description The label group of a dataset. */
        LabelGroupOf: {
            id: string;
            labels: components["schemas"]["Label-Output"][];
            name: string;
            revision: number;
        };
        /** @description A label group. */
        LabelGroupRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            created_at: string;
            description: string;
            id: string;
            /** @enum {string} */
            kind: "vision" | "text" | "audio";
            label_count: number;
            labels: components["schemas"]["Label-Output"][];
            name: string;
            owner: components["schemas"]["Ref"];
            revision: number;
            updated_at: string;
            /** @description How many datasets use it. */
            used_by: number;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description What may be changed of a label group; what is left out stays. */
        LabelGroupUpdate: {
            description?: string | null;
            labels?: components["schemas"]["Label-Input"][] | null;
            name?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description A label's other name, in the group and on all samples that have it. */
        LabelRename: {
            label: string;
            /**
             * @description Join it to a label of that name which the group has already.
             * @default false
             */
            merge?: boolean;
            to: string;
        };
        /** @description How often a label occurs. */
        LabelShare: {
            color: string | null;
            label: string;
            n: number;
            /** @description How many objects (boxes) have it, where a sample may have several; ``n`` counts samples. */
            objects: number | null;
            /** @description Of all samples, 0 to 1. */
            share: number;
        };
        /** @description What the gateway lets through; changed in place, without a new deployment. */
        "Limits-Input": {
            /** @default 16000000 */
            max_body_bytes?: number;
            /**
             * @description Requests at the same time.
             * @default 512
             */
            max_in_flight?: number;
            /** @description On average, over all callers; null: no limit. */
            requests_per_second?: number | null;
            /**
             * @description How long the model may take to begin its answer.
             * @default 60
             */
            timeout_seconds?: number;
        };
        /** @description What the gateway lets through; changed in place, without a new deployment. */
        "Limits-Output": {
            /** @default 16000000 */
            max_body_bytes: number;
            /**
             * @description Requests at the same time.
             * @default 512
             */
            max_in_flight: number;
            /** @description On average, over all callers; null: no limit. */
            requests_per_second: number | null;
            /**
             * @description How long the model may take to begin its answer.
             * @default 60
             */
            timeout_seconds: number;
        };
        /** @description ``to`` was made from ``from``, or uses it. */
        LineageEdge: {
            from: string;
            /** @enum {string} */
            relation: "training_data" | "validation_data" | "evaluation_data" | "code" | "runtime" | "start_model" | "saved" | "deployed" | "forked" | "evaluated" | "batch_data" | "batch_results";
            to: string;
        };
        /** @description Everything that an object came from, and everything made from it. */
        LineageGraph: {
            edges: components["schemas"]["LineageEdge"][];
            nodes: components["schemas"]["LineageNode"][];
            root: string;
            /**
             * @description True when there is more than is shown.
             * @default false
             */
            truncated: boolean;
        };
        /** @description A version of something, or something without versions. */
        LineageNode: {
            exists: boolean;
            /** @description The object's id, with ``:V0001`` where it has versions. */
            id: string;
            /** @enum {string} */
            kind: "dataset" | "algorithm" | "image" | "training_job" | "model" | "service" | "batch_service" | "evaluation" | "other";
            /** @description Null for what the caller may not see. */
            name: string | null;
            object_id: string;
            version: string | null;
            /** @description Whether the caller may open it. */
            visible: boolean;
        };
        /** @description A line that contains the searched text. */
        LogMatch: {
            /** @description Line number, from 1. */
            number: number;
            offset: number;
            text: string;
        };
        /** @description Part of a log. */
        LogRead: {
            attempt: number;
            /** @description True when the attempt has ended and ``next`` is its end. */
            complete: boolean;
            matches: components["schemas"]["LogMatch"][] | null;
            /** @description Where to go on. */
            next: number;
            /** @description Where ``text`` begins, bytes. */
            offset: number;
            /** @description Bytes written so far. */
            size: number;
            text: string;
        };
        /** @description Who the caller is. */
        MeRead: {
            id: string;
            name: string;
            organisation: components["schemas"]["Ref"];
            /** @description ``<action>:<resource>`` that role and token leave. */
            permissions: string[];
            /** @enum {string} */
            role: "administrator" | "user";
            settings: components["schemas"]["Settings"];
            token_scopes: ("read" | "write" | "admin")[];
        };
        /** @description Which model version. */
        ModelChoice: {
            model_id: string;
            version: string;
        };
        /** @description A new model; versions follow. */
        ModelCreate: {
            /**
             * @default custom
             * @enum {string}
             */
            category?: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
            /** @default  */
            description?: string;
            /** @default  */
            format?: string;
            /** @default  */
            framework?: string;
            name: string;
        };
        /** @description Where a version came from: an upload, or a run. */
        ModelOrigin: {
            /** @description Kind of source of an upload. */
            from: string | null;
            job_id: string | null;
            job_name: string | null;
            /**
             * @default upload
             * @enum {string}
             */
            kind: "upload" | "training";
            run: string | null;
        };
        /** @description A model and its current version. */
        ModelRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            /** @enum {string} */
            category: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
            created_at: string;
            current_version: string | null;
            description: string;
            format: string;
            framework: string;
            id: string;
            /** @description Of the current version. */
            metrics: {
                [key: string]: number;
            };
            name: string;
            owner: components["schemas"]["Ref"];
            revision: number;
            /** @description Of the current version. */
            size_bytes: number;
            updated_at: string;
            /** @description Services and jobs that use it. */
            used_by: {
                [key: string]: string;
            }[];
            version_count: number;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description A model version; without version the current one. */
        "ModelRef-Input": {
            model_id: string;
            version?: string | null;
        };
        /** @description A model version; without version the current one. */
        "ModelRef-Output": {
            model_id: string;
            version: string | null;
        };
        /** @description Changes; what is absent stays. */
        ModelUpdate: {
            category?: ("image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom") | null;
            current_version?: string | null;
            description?: string | null;
            format?: string | null;
            framework?: string | null;
            name?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description A new version: from files, or from what a run made. */
        ModelVersionCreate: {
            /** @default  */
            note?: string;
            run?: components["schemas"]["RunRef"] | null;
            /** @description Runtime that serves it; for a run, that of its algorithm when absent. */
            runtime_image_id?: string | null;
            source?: (components["schemas"]["UploadSource"] | components["schemas"]["BatchSource"] | components["schemas"]["AreaSource"]) | null;
        };
        /** @description A version of a model. */
        ModelVersionRead: {
            config: {
                [key: string]: unknown;
            } | null;
            created_at: string;
            created_by: components["schemas"]["Ref"];
            file_count: number;
            /** @description The first 100; the rest by ``/files``. */
            files: components["schemas"]["FileEntry"][];
            id: string;
            inputs: components["schemas"]["Tensor"][];
            is_current: boolean;
            labels: string[];
            /** @description In the answer for one version. */
            lineage: components["schemas"]["LineageGraph"] | null;
            metrics: {
                [key: string]: number;
            };
            model_id: string;
            model_name: string;
            note: string;
            /** @description Where it came from: for training ``job_id``, ``job_name`` and ``run``. */
            origin: components["schemas"]["ModelOrigin"];
            outputs: components["schemas"]["Tensor"][];
            runtime_image_id: string | null;
            size_bytes: number;
            /** @enum {string} */
            source: "upload" | "training";
            version: string;
            warnings: components["schemas"]["ModelWarning"][];
        };
        /** @description Something that keeps a version from being used fully. */
        ModelWarning: {
            /** @enum {string} */
            code: "no_config" | "config_invalid" | "no_labels" | "not_servable";
            message: string;
        };
        /** @description Something that wants the caller's attention. */
        NeedRead: {
            /** @description ``workload_failed`` or ``transfer_offered``. */
            code: string;
            /** @description For ``dismissed`` of the settings. */
            id: string;
            name: string;
            object_id: string | null;
            object_kind: string | null;
            occurred_at: string | null;
            params: {
                [key: string]: unknown;
            };
        };
        /** @description Something that an import or an export changes or leaves out, and how often. */
        Note: {
            /**
             * @description ``exif_orientation``, ``boxes_clipped``, ``outlines``, ``left_out``, ``incomplete``, ``recoded`` of imports;
             *     ``hard``, ``states``, ``reviews``, ``scores``, ``attributes``, ``object_hard``, ``ids``, ``labels``,
             *     ``unlabelled_splits``, ``unused_labels``, ``paths``, ``data`` of exports.
             */
            code: string;
            /** @description Paths of the first of them. */
            examples: string[];
            /** @description In words, with the number. */
            message: string;
            n: number;
        };
        /** @description The first page. */
        OverviewRead: {
            cost_today: components["schemas"]["Amount"] | null;
            /** @description By area, what the caller may see. */
            counts: {
                [key: string]: number;
            };
            needs_you: components["schemas"]["NeedRead"][];
            /** @description By area, his own five that changed last. */
            recent: {
                [key: string]: components["schemas"]["RecentRead"][];
            };
            /** @description The newest five of his own. */
            running: components["schemas"]["RunningRead"][];
            running_total: number;
        };
        /** @description An installed package. */
        Package: {
            name: string;
            version: string;
        };
        Page_AlgorithmRead_: {
            items: components["schemas"]["AlgorithmRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_AlgorithmVersionRead_: {
            items: components["schemas"]["AlgorithmVersionRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_BatchFileRead_: {
            items: components["schemas"]["BatchFileRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_BatchRead_: {
            items: components["schemas"]["BatchRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_DatasetRead_: {
            items: components["schemas"]["DatasetRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_DatasetVersionRead_: {
            items: components["schemas"]["DatasetVersionRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_EvaluationRead_: {
            items: components["schemas"]["EvaluationRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ExportRead_: {
            items: components["schemas"]["ExportRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_FileRead_: {
            items: components["schemas"]["FileRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ImageRead_: {
            items: components["schemas"]["ImageRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ImportRead_: {
            items: components["schemas"]["ImportRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_JobTemplateRead_: {
            items: components["schemas"]["JobTemplateRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_LabelGroupRead_: {
            items: components["schemas"]["LabelGroupRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ModelRead_: {
            items: components["schemas"]["ModelRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ModelVersionRead_: {
            items: components["schemas"]["ModelVersionRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ReproductionRead_: {
            items: components["schemas"]["ReproductionRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_RunRead_: {
            items: components["schemas"]["RunRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_ServiceRead_: {
            items: components["schemas"]["ServiceRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_SpecRead_: {
            items: components["schemas"]["SpecRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_TokenRead_: {
            items: components["schemas"]["TokenRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_TrainingJobRead_: {
            items: components["schemas"]["TrainingJobRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_TransferRead_: {
            items: components["schemas"]["TransferRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_TrashRead_: {
            items: components["schemas"]["TrashRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_UserRead_: {
            items: components["schemas"]["UserRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_VisualisationRead_: {
            items: components["schemas"]["VisualisationRead"][];
            page: components["schemas"]["PageInfo"];
        };
        Page_WorkloadRead_: {
            items: components["schemas"]["WorkloadRead"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description Where a page lies in its list. */
        PageInfo: {
            limit: number;
            /** @description Offset of the next page, or null on the last. */
            next: number | null;
            offset: number;
            total: number;
        };
        /** @description One parameter of an algorithm; the program gets ``--name=value``. */
        "Parameter-Input": {
            choices?: string[];
            /** @description Null: it has to be set. */
            default?: boolean | number | string | null;
            /** @default  */
            help?: string;
            maximum?: number | null;
            minimum?: number | null;
            name: string;
            /** @enum {string} */
            type: "int" | "float" | "str" | "bool" | "choice";
            /** @default  */
            unit?: string;
        };
        /** @description One parameter of an algorithm; the program gets ``--name=value``. */
        "Parameter-Output": {
            choices: string[];
            /** @description Null: it has to be set. */
            default: boolean | number | string | null;
            /** @default  */
            help: string;
            maximum: number | null;
            minimum: number | null;
            name: string;
            /** @enum {string} */
            type: "int" | "float" | "str" | "bool" | "choice";
            /** @default  */
            unit: string;
        };
        /** @description A change of one's own password. */
        PasswordChange: {
            new: string;
            old: string;
        };
        /** @description A new random password. */
        PasswordGiven: {
            /** @description Shown only this once. */
            password: string;
        };
        /** @description What a try gave. */
        Prediction: {
            deployment: number | null;
            /**
             * @description Of the answer.
             * @default application/json
             */
            media_type: string;
            milliseconds: number;
            /** @description The model's answer; one that is neither JSON nor text as base64. */
            outputs: unknown;
            /** @description HTTP status of the answer. */
            status: number;
        };
        /** @description One file as the import would take it. */
        PreviewSample: {
            /** @description The beginning of a text. */
            excerpt: string | null;
            labels: string[];
            path: string;
            split: string | null;
        };
        /** @description How far a long piece of work is. */
        Progress: {
            done: number;
            total: number | null;
            /** @default files */
            unit: string;
        };
        /** @description What to publish. */
        PublishRequest: {
            /**
             * @description All samples (refused while some have no label), or only the confirmed ones.
             * @default all
             * @enum {string}
             */
            include?: "confirmed" | "all";
            /** @default  */
            note?: string;
            /**
             * @description With ``all``: rejected samples too, with the reasons. What trains on the version leaves them out.
             * @default false
             */
            rejected?: boolean;
        };
        /** @description All queues. */
        QueueList: {
            items: components["schemas"]["QueueRead"][];
        };
        /** @description A queue. */
        QueueRead: {
            name: string;
            oldest_queued_at: string | null;
            running: number;
            waiting: number;
        };
        /** @description Why something is in its state: a code with parameters, put into words by the face; ``message`` is English. */
        Reason: {
            code: string;
            /** @default  */
            message: string;
            params: {
                [key: string]: unknown;
            };
        };
        /** @description An object of the caller's. */
        RecentRead: {
            id: string;
            name: string;
            status: string | null;
            updated_at: string;
        };
        /** @description What was done to a service, newest first. */
        RecordList: {
            items: components["schemas"]["RecordRead"][];
        };
        /** @description Something that was done to a service: who, when, what, why. */
        RecordRead: {
            /** @enum {string} */
            action: "created" | "edited" | "settings" | "rolled_back" | "started" | "stopped" | "auto_stopped" | "canary_started" | "share_changed" | "promoted" | "withdrawn" | "withdrawn_by_rule" | "canary_failed" | "deployment_failed";
            at: string;
            by: components["schemas"]["Ref"];
            details: {
                [key: string]: unknown;
            };
            note: string;
            /** @description Deployment that it is about. */
            number: number | null;
            position: number;
        };
        /** @description An object named by another. */
        Ref: {
            id: string;
            name: string;
        };
        /** @description What a change of a label everywhere did. */
        Relabelled: {
            /** @description Samples that say something else now. */
            changed: number;
            /**
             * @description Samples that are gone from the working copies.
             * @default 0
             */
            deleted: number;
            group: components["schemas"]["LabelGroupRead"];
        };
        /** @description How many processes answer. */
        ReplicaCount: {
            ready: number;
            total: number;
        };
        /** @description Make a model version once more. */
        ReproductionCreate: {
            /** @description Of the training job that does it; null: one that tells what it is. */
            name?: string | null;
            /** @description Other resources than the first run had, for instance because those are gone. */
            spec_id?: string | null;
        };
        /** @description A model version made once more. */
        ReproductionRead: {
            created_at: string;
            /** @description Empty while it runs, but for what is known to differ already. */
            differences: components["schemas"]["Difference"][];
            /**
             * @description Where it runs: in the image of the first run, in a new one with exactly its packages, or nobody knows what the
             *     first one had.
             * @enum {string}
             */
            environment: "same" | "rebuilt" | "unknown";
            id: string;
            job_id: string;
            model: components["schemas"]["Ref"];
            original_job_id: string;
            original_run: string;
            owner: components["schemas"]["Ref"];
            run: string;
            same_figures: number;
            same_files: number;
            /**
             * @description ``same``: all files of the model have the same bytes, and every figure is equal.
             * @enum {string}
             */
            status: "running" | "same" | "different" | "failed" | "gone";
            version: string;
        };
        /** @description What a workload holds while it runs. */
        ResourceNeed: {
            accelerator: string | null;
            accelerator_count: number;
            cpu: number;
            memory_bytes: number;
            spec_id: string | null;
            spec_name: string | null;
        };
        /** @description What came back. */
        Restored: {
            id: string;
            /** @enum {string} */
            kind: "algorithm" | "batch_service" | "dataset" | "evaluation" | "label_group" | "model" | "service" | "training_job";
            name: string;
        };
        /** @description A folder of the owner's area that the results are copied to when all files are done. */
        ResultFolder: {
            /** @constant */
            kind: "area";
            path: string;
        };
        /** @description What a reviewer said of a sample that somebody had confirmed. */
        ReviewRead: {
            at: string;
            by: components["schemas"]["Annotator"] | null;
            reason: string;
            /** @enum {string} */
            verdict: "accept" | "reject";
        };
        /** @description Why. */
        RollbackRequest: {
            /** @default  */
            note?: string;
        };
        /** @description When a canary is taken back by itself. */
        "RollbackRule-Input": {
            /** @description More than this part of its calls was answered with 5xx; null: not looked at. */
            errors_percent?: number | null;
            /**
             * @description Fewer calls than this say nothing.
             * @default 20
             */
            min_calls?: number;
            /**
             * @description Over so many minutes, the present one among them.
             * @default 5
             */
            minutes?: number;
            /** @description One call in a hundred took longer, in milliseconds; null: not looked at. */
            p99_ms?: number | null;
        };
        /** @description When a canary is taken back by itself. */
        "RollbackRule-Output": {
            /** @description More than this part of its calls was answered with 5xx; null: not looked at. */
            errors_percent: number | null;
            /**
             * @description Fewer calls than this say nothing.
             * @default 20
             */
            min_calls: number;
            /**
             * @description Over so many minutes, the present one among them.
             * @default 5
             */
            minutes: number;
            /** @description One call in a hundred took longer, in milliseconds; null: not looked at. */
            p99_ms: number | null;
        };
        Routes: {
            /** @description Delete an algorithm that no training job uses, with all versions */
            "DELETE /algorithms/{id}": Record<string, never>;
            /** @description Delete a batch service that has ended, with results */
            "DELETE /batch-services/{id}": Record<string, never>;
            /** @description Delete a dataset whose versions nothing uses */
            "DELETE /datasets/{id}": Record<string, never>;
            /** @description Take a sample out of the working copy */
            "DELETE /datasets/{id}/samples/{sample_id}": Record<string, never>;
            /** @description Delete a version that nothing uses */
            "DELETE /datasets/{id}/versions/{version}": Record<string, never>;
            /** @description Delete an evaluation that has ended */
            "DELETE /evaluations/{id}": Record<string, never>;
            /** @description Delete files and folders */
            "DELETE /files": {
                query: {
                    path: string[];
                };
            };
            /** @description Delete an image that nothing uses */
            "DELETE /images/{id}": Record<string, never>;
            /** @description Delete a job template; jobs that were made from it stay */
            "DELETE /job-templates/{id}": Record<string, never>;
            /** @description Delete a label group that no dataset uses */
            "DELETE /label-groups/{id}": Record<string, never>;
            /** @description Delete a model that no service uses, with all versions */
            "DELETE /models/{id}": Record<string, never>;
            /** @description Delete a version that no service uses */
            "DELETE /models/{id}/versions/{version}": Record<string, never>;
            /** @description Delete a stopped service */
            "DELETE /services/{id}": Record<string, never>;
            /** @description Delete a token of a service */
            "DELETE /services/{id}/tokens/{token_id}": Record<string, never>;
            /** @description Delete a spec that nothing uses */
            "DELETE /specs/{id}": Record<string, never>;
            /** @description Delete a token; it is refused from now on */
            "DELETE /tokens/{id}": Record<string, never>;
            /** @description Delete a job with all runs; models saved from it stay */
            "DELETE /training-jobs/{id}": Record<string, never>;
            /** @description Delete a run that has ended, or a draft */
            "DELETE /training-jobs/{id}/runs/{version}": Record<string, never>;
            /** @description Delete for good all that lies in the caller's trash */
            "DELETE /trash": {
                response: components["schemas"]["Emptied"];
            };
            /** @description Delete something in the trash for good */
            "DELETE /trash/{id}": Record<string, never>;
            /** @description Remove an upload */
            "DELETE /uploads/{id}": Record<string, never>;
            /** @description Delete an account that owns nothing */
            "DELETE /users/{id}": Record<string, never>;
            /** @description Delete a visualisation that has ended; its runs stay */
            "DELETE /visualisations/{id}": Record<string, never>;
            /** @description Delete an ended workload with its log and files; usage stays */
            "DELETE /workloads/{id}": Record<string, never>;
            /** @description List algorithms */
            "GET /algorithms": {
                query?: {
                    /** @enum {string} */
                    category?: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                };
                response: components["schemas"]["Page_AlgorithmRead_"];
            };
            /** @description Give one algorithm */
            "GET /algorithms/{id}": {
                response: components["schemas"]["AlgorithmRead"];
            };
            /** @description List the versions, newest first */
            "GET /algorithms/{id}/versions": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_AlgorithmVersionRead_"];
            };
            /** @description Give one version */
            "GET /algorithms/{id}/versions/{version}": {
                response: components["schemas"]["AlgorithmVersionRead"];
            };
            /** @description Download a version as a zip archive */
            "GET /algorithms/{id}/versions/{version}/download": Record<string, never>;
            /** @description List the files of a version */
            "GET /algorithms/{id}/versions/{version}/files": {
                query?: {
                    cursor?: string;
                    /** @default 50 */
                    limit?: number;
                };
                response: components["schemas"]["CursorPage_FileEntry_"];
            };
            /** @description Give a file of a version */
            "GET /algorithms/{id}/versions/{version}/files/content": {
                query: {
                    path: string;
                };
            };
            /** @description List everything that happened, for administrators */
            "GET /audit": {
                query?: {
                    actor_id?: string;
                    /** @description Only events with a greater position, oldest first; without it the newest, newest first. */
                    after?: number;
                    before?: number;
                    /** @description A code, or its beginning followed by ``*``. */
                    code?: string;
                    /** @default 50 */
                    limit?: number;
                    object_id?: string;
                };
                response: components["schemas"]["CursorPage_EventRead_"];
            };
            /** @description List batch services */
            "GET /batch-services": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    model_id?: string;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                    /** @enum {string} */
                    status?: "scheduled" | "queued" | "starting" | "running" | "paused" | "storing" | "succeeded" | "failed" | "stopped";
                };
                response: components["schemas"]["Page_BatchRead_"];
            };
            /** @description Read a batch service */
            "GET /batch-services/{id}": {
                response: components["schemas"]["BatchRead"];
            };
            /** @description List what became of the files */
            "GET /batch-services/{id}/files": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                    /** @enum {string} */
                    status?: "done" | "failed";
                };
                response: components["schemas"]["Page_BatchFileRead_"];
            };
            /** @description Read the log of the last start */
            "GET /batch-services/{id}/log": {
                query?: {
                    /**
                     * @description Byte offset.
                     * @default 0
                     */
                    after?: number;
                    /** @description Default: the newest. */
                    attempt?: number;
                    /**
                     * @description Bytes at most.
                     * @default 262144
                     */
                    limit?: number;
                    /** @description Search: gives matching lines instead of text. */
                    q?: string;
                    /**
                     * @description Give the last ``limit`` bytes instead of those after ``after``.
                     * @default false
                     */
                    tail?: boolean;
                };
                response: components["schemas"]["LogRead"];
            };
            /** @description Give one result */
            "GET /batch-services/{id}/results/content": {
                query: {
                    path: string;
                };
            };
            /** @description Download all results as a zip archive */
            "GET /batch-services/{id}/results/download": Record<string, never>;
            /** @description Tell capacity and what of it is free */
            "GET /capacity": {
                response: components["schemas"]["CapacityRead"];
            };
            /** @description List the kinds of datasets */
            "GET /dataset-kinds": {
                response: components["schemas"]["Kinds"];
            };
            /** @description List datasets */
            "GET /datasets": {
                query?: {
                    annotation_type?: string;
                    /** Format: date-time */
                    created_after?: string;
                    /** Format: date-time */
                    created_before?: string;
                    data_type?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    /** @description Only those with a version, which training can use; or only those without. */
                    published?: boolean;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                    /** @enum {string} */
                    status?: "unlabelled" | "labelling" | "auto_labelling" | "auto_labelled" | "labelled" | "importing" | "created";
                };
                response: components["schemas"]["Page_DatasetRead_"];
            };
            /** @description Show a dataset */
            "GET /datasets/{id}": {
                response: components["schemas"]["DatasetRead"];
            };
            /** @description Tell how two versions, or the last one and the working copy, differ */
            "GET /datasets/{id}/diff": {
                query?: {
                    cursor?: string;
                    from?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @default working */
                    to?: string;
                };
                response: components["schemas"]["DiffRead"];
            };
            /** @description List samples */
            "GET /datasets/{id}/samples": {
                query?: {
                    /** @description Begin at this place of the filtered list, counted from 0, instead of at a cursor. */
                    at?: number;
                    /** @description Id of who annotated. */
                    by?: string;
                    cursor?: string;
                    hard?: boolean;
                    label?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @description Part of the path. */
                    q?: string;
                    /**
                     * @default number
                     * @enum {string}
                     */
                    sort?: "number" | "-number" | "path" | "-path" | "at" | "-at" | "score";
                    /** @enum {string} */
                    split?: "training" | "validation" | "test" | "none";
                    /** @enum {string} */
                    state?: "unlabelled" | "auto" | "started" | "labelled" | "reviewed" | "rejected";
                };
                response: components["schemas"]["CursorPage_SampleRead_"];
            };
            /** @description Show a sample */
            "GET /datasets/{id}/samples/{sample_id}": {
                response: components["schemas"]["SampleRead"];
            };
            /** @description Download the file of a sample */
            "GET /datasets/{id}/samples/{sample_id}/content": Record<string, never>;
            /** @description Show a small version of a sample */
            "GET /datasets/{id}/samples/{sample_id}/thumbnail": {
                query?: {
                    /**
                     * @description Longest edge in pixels.
                     * @default 192
                     * @enum {string}
                     */
                    size?: "96" | "192" | "384";
                };
            };
            /** @description Count labels, states and splits */
            "GET /datasets/{id}/statistics": {
                response: components["schemas"]["Statistics"];
            };
            /** @description List versions, newest first */
            "GET /datasets/{id}/versions": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_DatasetVersionRead_"];
            };
            /** @description Show a version */
            "GET /datasets/{id}/versions/{version}": {
                response: components["schemas"]["DatasetVersionRead"];
            };
            /** @description Download a file of a version */
            "GET /datasets/{id}/versions/{version}/content": {
                query: {
                    path: string;
                };
            };
            /** @description List the samples of a version, by path */
            "GET /datasets/{id}/versions/{version}/samples": {
                query?: {
                    /** @description Id of who annotated. */
                    by?: string;
                    cursor?: string;
                    hard?: boolean;
                    label?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @description Part of the path. */
                    q?: string;
                    /** @enum {string} */
                    split?: "training" | "validation" | "test" | "none";
                    /** @enum {string} */
                    state?: "unlabelled" | "auto" | "started" | "labelled" | "reviewed" | "rejected";
                };
                response: components["schemas"]["CursorPage_SampleRead_"];
            };
            /** @description List evaluations of model versions */
            "GET /evaluations": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    model_id?: string;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                    /** @enum {string} */
                    status?: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
                    version?: string;
                };
                response: components["schemas"]["Page_EvaluationRead_"];
            };
            /** @description Give an evaluation with its figures */
            "GET /evaluations/{id}": {
                response: components["schemas"]["EvaluationRead"];
            };
            /** @description Read part of the log */
            "GET /evaluations/{id}/log": {
                query?: {
                    /**
                     * @description Byte offset.
                     * @default 0
                     */
                    after?: number;
                    /** @description Default: the newest. */
                    attempt?: number;
                    /**
                     * @description Bytes at most.
                     * @default 262144
                     */
                    limit?: number;
                    /** @description Search: gives matching lines instead of text. */
                    q?: string;
                    /**
                     * @description Give the last ``limit`` bytes instead of those after ``after``.
                     * @default false
                     */
                    tail?: boolean;
                };
                response: components["schemas"]["LogRead"];
            };
            /** @description List samples with what the model said of them */
            "GET /evaluations/{id}/samples": {
                query?: {
                    cursor?: string;
                    /** @default 50 */
                    limit?: number;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    only?: "all" | "wrong" | "right";
                    predicted?: string;
                    truth?: string;
                };
                response: components["schemas"]["CursorPage_EvaluatedSample_"];
            };
            /** @description List events of what you may see */
            "GET /events": {
                query?: {
                    actor_id?: string;
                    /** @description Only events with a greater position, oldest first; without it the newest, newest first. */
                    after?: number;
                    before?: number;
                    /** @description A code, or its beginning followed by ``*``. */
                    code?: string;
                    /** @default 50 */
                    limit?: number;
                    object_id?: string;
                };
                response: components["schemas"]["CursorPage_EventRead_"];
            };
            /** @description Follow a topic as server-sent events: one message a batch, its id the position */
            "GET /events/stream": {
                query?: {
                    /** @description Position to resume from; without it from now on. The header ``Last-Event-ID`` does the same. */
                    after?: number;
                    /**
                     * @description ``events``, ``log/<workload>``, ``scalars/<workload>``, ``metrics/<workload>`` or ``service/<service>``.
                     * @default events
                     */
                    topic?: string;
                };
            };
            /** @description List your exports */
            "GET /exports": {
                query?: {
                    dataset_id?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_ExportRead_"];
            };
            /** @description Tell how far an export is */
            "GET /exports/{id}": {
                response: components["schemas"]["ExportRead"];
            };
            /** @description Download an export */
            "GET /exports/{id}/content": Record<string, never>;
            /** @description List a folder */
            "GET /files": {
                query?: {
                    /**
                     * @description Also what begins with a dot: settings and caches of programs.
                     * @default false
                     */
                    hidden?: boolean;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    /** @default  */
                    path?: string;
                    q?: string;
                    /**
                     * @default name
                     * @enum {string}
                     */
                    sort?: "name" | "-name" | "modified" | "-modified" | "size" | "-size" | "type" | "-type";
                };
                response: components["schemas"]["Page_FileRead_"];
            };
            /** @description Download a file, or a range of it */
            "GET /files/content": {
                query: {
                    path: string;
                };
            };
            /** @description Look at a picture, a sound, a film or a text, up to the size that its kind may have */
            "GET /files/preview": {
                query: {
                    path: string;
                };
            };
            /** @description List runtime images */
            "GET /images": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    /** @enum {string} */
                    purpose?: "training" | "serving" | "visualisation";
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                    /** @enum {string} */
                    status?: "unbuilt" | "building" | "ready" | "failed";
                };
                response: components["schemas"]["Page_ImageRead_"];
            };
            /** @description Give one runtime image */
            "GET /images/{id}": {
                response: components["schemas"]["ImageRead"];
            };
            /** @description List your imports */
            "GET /imports": {
                query?: {
                    dataset_id?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_ImportRead_"];
            };
            /** @description Tell how far an import is */
            "GET /imports/{id}": {
                response: components["schemas"]["ImportRead"];
            };
            /** @description List job templates */
            "GET /job-templates": {
                query?: {
                    /** @enum {string} */
                    kind?: "training" | "evaluation";
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                };
                response: components["schemas"]["Page_JobTemplateRead_"];
            };
            /** @description Give a job template */
            "GET /job-templates/{id}": {
                response: components["schemas"]["JobTemplateRead"];
            };
            /** @description List label groups */
            "GET /label-groups": {
                query?: {
                    /** @enum {string} */
                    kind?: "vision" | "text" | "audio";
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                };
                response: components["schemas"]["Page_LabelGroupRead_"];
            };
            /** @description Show a label group */
            "GET /label-groups/{id}": {
                response: components["schemas"]["LabelGroupRead"];
            };
            /** @description Give what an object or version (id or id:V0001) came from and what came of it */
            "GET /lineage/{object}": {
                response: components["schemas"]["LineageGraph"];
            };
            /** @description Tell who you are and what you may do */
            "GET /me": {
                response: components["schemas"]["MeRead"];
            };
            /** @description List models */
            "GET /models": {
                query?: {
                    /** @enum {string} */
                    category?: "image_classification" | "object_detection" | "semantic_segmentation" | "object_tracking" | "text_classification" | "tabular_classification" | "word_segmentation" | "named_entity_recognition" | "audio_classification" | "speech_recognition" | "llm" | "custom";
                    format?: string;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                };
                response: components["schemas"]["Page_ModelRead_"];
            };
            /** @description Give one model */
            "GET /models/{id}": {
                response: components["schemas"]["ModelRead"];
            };
            /** @description Give what a model came from and what came of it */
            "GET /models/{id}/lineage": {
                response: components["schemas"]["LineageGraph"];
            };
            /** @description List the versions, newest first */
            "GET /models/{id}/versions": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_ModelVersionRead_"];
            };
            /** @description Give one version with its lineage */
            "GET /models/{id}/versions/{version}": {
                response: components["schemas"]["ModelVersionRead"];
            };
            /** @description Download a version as a zip archive */
            "GET /models/{id}/versions/{version}/download": Record<string, never>;
            /** @description List the files of a version */
            "GET /models/{id}/versions/{version}/files": {
                query?: {
                    cursor?: string;
                    /** @default 50 */
                    limit?: number;
                };
                response: components["schemas"]["CursorPage_FileEntry_"];
            };
            /** @description Give a file of a version */
            "GET /models/{id}/versions/{version}/files/content": {
                query: {
                    path: string;
                };
            };
            /** @description List reproductions of a model version */
            "GET /models/{id}/versions/{version}/reproductions": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_ReproductionRead_"];
            };
            /** @description Give this document */
            "GET /openapi.json": {
                response: {
                    [key: string]: unknown;
                };
            };
            /** @description Give counts, what runs, what needs you and what you changed last */
            "GET /overview": {
                response: components["schemas"]["OverviewRead"];
            };
            /** @description List queues with how many wait and run */
            "GET /queues": {
                response: components["schemas"]["QueueList"];
            };
            /** @description Show a reproduction */
            "GET /reproductions/{id}": {
                response: components["schemas"]["ReproductionRead"];
            };
            /** @description Look for words in all names you may see */
            "GET /search": {
                query: {
                    /** @default 20 */
                    limit?: number;
                    q: string;
                };
                response: components["schemas"]["SearchRead"];
            };
            /** @description List services */
            "GET /services": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    model_id?: string;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                    /** @enum {string} */
                    status?: "deploying" | "serving" | "degraded" | "stopped" | "failed";
                };
                response: components["schemas"]["Page_ServiceRead_"];
            };
            /** @description Read a service */
            "GET /services/{id}": {
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Give calls over time */
            "GET /services/{id}/calls": {
                query?: {
                    deployment?: number;
                    /**
                     * @default 1h
                     * @enum {string}
                     */
                    window?: "15m" | "1h" | "6h" | "24h" | "7d";
                };
                response: components["schemas"]["CallSeries"];
            };
            /** @description List a service's deployments */
            "GET /services/{id}/deployments": {
                response: components["schemas"]["DeploymentList"];
            };
            /** @description Read the log of the process */
            "GET /services/{id}/log": {
                query?: {
                    /**
                     * @description Byte offset.
                     * @default 0
                     */
                    after?: number;
                    /** @description Default: the newest. */
                    attempt?: number;
                    /**
                     * @description Bytes at most.
                     * @default 262144
                     */
                    limit?: number;
                    /** @description Search: gives matching lines instead of text. */
                    q?: string;
                    /**
                     * @description Give the last ``limit`` bytes instead of those after ``after``.
                     * @default false
                     */
                    tail?: boolean;
                };
                response: components["schemas"]["LogRead"];
            };
            /** @description List what was done to a service: who, when, what, why */
            "GET /services/{id}/records": {
                query?: {
                    /** @description Only earlier ones than this position. */
                    before?: number;
                    /** @default 100 */
                    limit?: number;
                };
                response: components["schemas"]["RecordList"];
            };
            /** @description List a service's tokens */
            "GET /services/{id}/tokens": {
                response: components["schemas"]["ServiceTokenList"];
            };
            /** @description List specs with price, what is free and how many wait */
            "GET /specs": {
                query?: {
                    enabled?: boolean;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    /** @enum {string} */
                    purpose?: "notebook" | "training" | "serving" | "evaluation";
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_SpecRead_"];
            };
            /** @description Give one spec */
            "GET /specs/{id}": {
                response: components["schemas"]["SpecRead"];
            };
            /** @description List your tokens */
            "GET /tokens": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_TokenRead_"];
            };
            /** @description List training jobs */
            "GET /training-jobs": {
                query?: {
                    /** @description Only those whose newest run has not ended (true), or has (false). */
                    active?: boolean;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                    /** @enum {string} */
                    status?: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
                };
                response: components["schemas"]["Page_TrainingJobRead_"];
            };
            /** @description Give a job and its newest run */
            "GET /training-jobs/{id}": {
                response: components["schemas"]["TrainingJobRead"];
            };
            /** @description List the runs of a job, newest first */
            "GET /training-jobs/{id}/runs": {
                query?: {
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                };
                response: components["schemas"]["Page_RunRead_"];
            };
            /** @description Give a run */
            "GET /training-jobs/{id}/runs/{version}": {
                response: components["schemas"]["RunRead"];
            };
            /** @description Give accuracy, figures of each label and the confusion matrix */
            "GET /training-jobs/{id}/runs/{version}/evaluation": {
                response: components["schemas"]["EvaluationResult"];
            };
            /** @description List samples with what the run said of them */
            "GET /training-jobs/{id}/runs/{version}/evaluation/samples": {
                query?: {
                    cursor?: string;
                    /** @default 50 */
                    limit?: number;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    only?: "all" | "wrong" | "right";
                    predicted?: string;
                    truth?: string;
                };
                response: components["schemas"]["CursorPage_EvaluatedSample_"];
            };
            /** @description Read part of the log */
            "GET /training-jobs/{id}/runs/{version}/log": {
                query?: {
                    /**
                     * @description Byte offset.
                     * @default 0
                     */
                    after?: number;
                    /** @description Default: the newest. */
                    attempt?: number;
                    /**
                     * @description Bytes at most.
                     * @default 262144
                     */
                    limit?: number;
                    /** @description Search: gives matching lines instead of text. */
                    q?: string;
                    /**
                     * @description Give the last ``limit`` bytes instead of those after ``after``.
                     * @default false
                     */
                    tail?: boolean;
                };
                response: components["schemas"]["LogRead"];
            };
            /** @description Download the log */
            "GET /training-jobs/{id}/runs/{version}/log/download": {
                query?: {
                    /** @description Default: the newest. */
                    attempt?: number;
                };
            };
            /** @description Read use of CPU, memory and accelerators over time */
            "GET /training-jobs/{id}/runs/{version}/metrics": {
                query?: {
                    attempt?: number;
                    /** @default 600 */
                    buckets?: number;
                };
                response: components["schemas"]["UsageSeries"];
            };
            /** @description List the files that a run left behind */
            "GET /training-jobs/{id}/runs/{version}/outputs": {
                query?: {
                    cursor?: string;
                    /** @default 50 */
                    limit?: number;
                };
                response: components["schemas"]["CursorPage_FileEntry_"];
            };
            /** @description Give a file that a run left behind */
            "GET /training-jobs/{id}/runs/{version}/outputs/content": {
                query: {
                    path: string;
                };
            };
            /** @description Download outputs or model of a run as a zip archive */
            "GET /training-jobs/{id}/runs/{version}/outputs/download": {
                query?: {
                    /**
                     * @default outputs
                     * @enum {string}
                     */
                    part?: "outputs" | "model";
                };
            };
            /** @description Read logged scalars in buckets with last value, minimum and maximum */
            "GET /training-jobs/{id}/runs/{version}/scalars": {
                query?: {
                    /**
                     * @description ``next`` of the answer before: only what came since.
                     * @default 0
                     */
                    after?: number;
                    attempt?: number;
                    /** @default 1200 */
                    buckets?: number;
                    /** @description Separated by commas; default: all. */
                    names?: string;
                };
                response: components["schemas"]["ScalarRead"];
            };
            /** @description Put runs side by side: run=<job>:V0001&run=<job>:V0002 */
            "GET /training-jobs/compare": {
                query: {
                    run: string[];
                };
                response: components["schemas"]["Comparison"];
            };
            /** @description List offers of objects */
            "GET /transfers": {
                query?: {
                    /**
                     * @description ``all``: both; for administrators also those of others.
                     * @default all
                     * @enum {string}
                     */
                    direction?: "incoming" | "outgoing" | "all";
                    /** @default 50 */
                    limit?: number;
                    object_id?: string;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    sort?: string;
                    /** @enum {string} */
                    status?: "offered" | "accepted" | "declined" | "withdrawn";
                };
                response: components["schemas"]["Page_TransferRead_"];
            };
            /** @description Show an offer */
            "GET /transfers/{id}": {
                response: components["schemas"]["TransferRead"];
            };
            /** @description List what lies in the trash */
            "GET /trash": {
                query?: {
                    /** @enum {string} */
                    kind?: "algorithm" | "batch_service" | "dataset" | "evaluation" | "label_group" | "model" | "service" | "training_job";
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @description ``all``: of everybody, for administrators.
                     * @default mine
                     * @enum {string}
                     */
                    scope?: "mine" | "all";
                    sort?: string;
                };
                response: components["schemas"]["Page_TrashRead_"];
            };
            /** @description List your uploads */
            "GET /uploads": {
                query?: {
                    batch?: string;
                    cursor?: string;
                    /** @default false */
                    finished?: boolean;
                    /** @default 50 */
                    limit?: number;
                };
                response: components["schemas"]["CursorPage_UploadRead_"];
            };
            /** @description List workloads with their intervals and what each costs */
            "GET /usage/lines": {
                query?: {
                    /**
                     * Format: date-time
                     * @description Default: the first of this month, in the installation's time zone.
                     */
                    from?: string;
                    kind?: string;
                    /** @default 50 */
                    limit?: number;
                    object_id?: string;
                    /** @default 0 */
                    offset?: number;
                    /** @description Somebody else's; needs ``admin:usage``. ``all``: everybody's. */
                    owner?: string;
                    /**
                     * Format: date-time
                     * @description Default: now.
                     */
                    to?: string;
                };
                response: components["schemas"]["UsageLines"];
            };
            /** @description Add up usage by kind, spec and day; the default is this month, one's own */
            "GET /usage/summary": {
                query?: {
                    /**
                     * Format: date-time
                     * @description Default: the first of this month, in the installation's time zone.
                     */
                    from?: string;
                    /** @description Somebody else's; needs ``admin:usage``. ``all``: everybody's. */
                    owner?: string;
                    /**
                     * Format: date-time
                     * @description Default: now.
                     */
                    to?: string;
                };
                response: components["schemas"]["UsageSummary"];
            };
            /** @description List the accounts */
            "GET /users": {
                query?: {
                    enabled?: boolean;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /** @enum {string} */
                    role?: "administrator" | "user";
                    sort?: string;
                };
                response: components["schemas"]["Page_UserRead_"];
            };
            /** @description Give one account */
            "GET /users/{id}": {
                response: components["schemas"]["UserRead"];
            };
            /** @description Tell version, engine and size of the installation */
            "GET /version": {
                response: components["schemas"]["VersionRead"];
            };
            /** @description List visualisations; administrators see everybody's */
            "GET /visualisations": {
                query?: {
                    /** @description Only those that have not ended (true), or that have (false). */
                    active?: boolean;
                    /** @default 50 */
                    limit?: number;
                    /** @default 0 */
                    offset?: number;
                    q?: string;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    scope?: "all" | "mine" | "shared" | "preset";
                    sort?: string;
                };
                response: components["schemas"]["Page_VisualisationRead_"];
            };
            /** @description Give one visualisation */
            "GET /visualisations/{id}": {
                response: components["schemas"]["VisualisationRead"];
            };
            /** @description List workloads; administrators see everybody's */
            "GET /workloads": {
                query?: {
                    /** @description Only those that have not ended (true), or that have (false). */
                    active?: boolean;
                    /** @enum {string} */
                    kind?: "training" | "evaluation" | "image_build" | "import" | "export" | "service" | "notebook" | "batch" | "visualisation";
                    /** @default 50 */
                    limit?: number;
                    object_id?: string;
                    /** @default 0 */
                    offset?: number;
                    owner?: string;
                    q?: string;
                    sort?: string;
                    /** @enum {string} */
                    status?: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
                };
                response: components["schemas"]["Page_WorkloadRead_"];
            };
            /** @description Give one workload */
            "GET /workloads/{id}": {
                response: components["schemas"]["WorkloadRead"];
            };
            /** @description List what happened to a workload, oldest first */
            "GET /workloads/{id}/events": {
                query?: {
                    /** @default 0 */
                    after?: number;
                    /** @default 50 */
                    limit?: number;
                };
                response: components["schemas"]["CursorPage_EventRead_"];
            };
            /** @description Read a log from a byte offset, its end, or the lines that contain a text */
            "GET /workloads/{id}/log": {
                query?: {
                    /**
                     * @description Byte offset.
                     * @default 0
                     */
                    after?: number;
                    /** @description Default: the newest. */
                    attempt?: number;
                    /**
                     * @description Bytes at most.
                     * @default 262144
                     */
                    limit?: number;
                    /** @description Search: gives matching lines instead of text. */
                    q?: string;
                    /**
                     * @description Give the last ``limit`` bytes instead of those after ``after``.
                     * @default false
                     */
                    tail?: boolean;
                };
                response: components["schemas"]["LogRead"];
            };
            /** @description Download a log; the name tells whether it is complete */
            "GET /workloads/{id}/log/download": {
                query?: {
                    /** @description Default: the newest. */
                    attempt?: number;
                };
            };
            /** @description Read use of CPU, memory and accelerators over time */
            "GET /workloads/{id}/metrics": {
                query?: {
                    attempt?: number;
                    /** @default 600 */
                    buckets?: number;
                };
                response: components["schemas"]["UsageSeries"];
            };
            /** @description Read logged scalars in buckets with last value, minimum and maximum */
            "GET /workloads/{id}/scalars": {
                query?: {
                    /**
                     * @description ``next`` of the answer before: only what came since.
                     * @default 0
                     */
                    after?: number;
                    attempt?: number;
                    /** @default 1200 */
                    buckets?: number;
                    /** @description Separated by commas; default: all. */
                    names?: string;
                };
                response: components["schemas"]["ScalarRead"];
            };
            /** @description Tell how far an upload is */
            "HEAD /uploads/{id}": Record<string, never>;
            /** @description Tell what this upload server can */
            "OPTIONS /uploads": Record<string, never>;
            /** @description Change an algorithm; changing how it is run makes the next version */
            "PATCH /algorithms/{id}": {
                body?: components["schemas"]["AlgorithmUpdate"];
                response: components["schemas"]["AlgorithmRead"];
            };
            /** @description Change the note of a version */
            "PATCH /algorithms/{id}/versions/{version}": {
                body: components["schemas"]["VersionUpdate"];
                response: components["schemas"]["AlgorithmVersionRead"];
            };
            /** @description Change a batch service that does not run */
            "PATCH /batch-services/{id}": {
                body?: components["schemas"]["BatchUpdate"];
                response: components["schemas"]["BatchRead"];
            };
            /** @description Change a dataset */
            "PATCH /datasets/{id}": {
                body?: components["schemas"]["DatasetUpdate"];
                response: components["schemas"]["DatasetRead"];
            };
            /** @description Change split or mark of a sample, or review it */
            "PATCH /datasets/{id}/samples/{sample_id}": {
                body?: components["schemas"]["SampleUpdate"];
                response: components["schemas"]["SampleRead"];
            };
            /** @description Change the note of a version */
            "PATCH /datasets/{id}/versions/{version}": {
                body: components["schemas"]["VersionUpdate"];
                response: components["schemas"]["DatasetVersionRead"];
            };
            /** @description Change an image; other requirements build it again */
            "PATCH /images/{id}": {
                body?: components["schemas"]["ImageUpdate"];
                response: components["schemas"]["ImageRead"];
            };
            /** @description Change description, settings or visibility of a job template */
            "PATCH /job-templates/{id}": {
                body?: components["schemas"]["JobTemplateUpdate"];
                response: components["schemas"]["JobTemplateRead"];
            };
            /** @description Change a label group */
            "PATCH /label-groups/{id}": {
                body?: components["schemas"]["LabelGroupUpdate"];
                response: components["schemas"]["LabelGroupRead"];
            };
            /** @description Change your own settings */
            "PATCH /me": {
                body?: components["schemas"]["SettingsUpdate"];
                response: components["schemas"]["MeRead"];
            };
            /** @description Change a model, or choose its current version */
            "PATCH /models/{id}": {
                body?: components["schemas"]["ModelUpdate"];
                response: components["schemas"]["ModelRead"];
            };
            /** @description Change the note of a version */
            "PATCH /models/{id}/versions/{version}": {
                body: components["schemas"]["VersionUpdate"];
                response: components["schemas"]["ModelVersionRead"];
            };
            /** @description Change a service without a refused request */
            "PATCH /services/{id}": {
                body?: components["schemas"]["ServiceUpdate"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Change the canary's share or rule in place */
            "PATCH /services/{id}/canary": {
                body?: components["schemas"]["CanaryUpdate"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Change a spec; a new price holds from now on */
            "PATCH /specs/{id}": {
                body?: components["schemas"]["SpecUpdate"];
                response: components["schemas"]["SpecRead"];
            };
            /** @description Change name, description or visibility of a job */
            "PATCH /training-jobs/{id}": {
                body?: components["schemas"]["TrainingJobUpdate"];
                response: components["schemas"]["TrainingJobRead"];
            };
            /** @description Change the settings of a run that was not started yet */
            "PATCH /training-jobs/{id}/runs/{version}": {
                body?: components["schemas"]["RunChanges"];
                response: components["schemas"]["RunRead"];
            };
            /** @description Send the next bytes of an upload */
            "PATCH /uploads/{id}": {
                body: unknown;
            };
            /** @description Change an account's role or name, disable or enable it */
            "PATCH /users/{id}": {
                body?: components["schemas"]["UserUpdate"];
                response: components["schemas"]["UserRead"];
            };
            /** @description Make an algorithm from uploaded code, a folder, a notebook or a git address */
            "POST /algorithms": {
                body: components["schemas"]["AlgorithmCreate"];
                response: components["schemas"]["AlgorithmRead"];
            };
            /** @description Copy a version into an algorithm of one's own */
            "POST /algorithms/{id}/fork": {
                body: components["schemas"]["AlgorithmFork"];
                response: components["schemas"]["AlgorithmRead"];
            };
            /** @description Add a version from new code */
            "POST /algorithms/{id}/versions": {
                body: components["schemas"]["AlgorithmVersionCreate"];
                response: components["schemas"]["AlgorithmVersionRead"];
            };
            /** @description Put the files of a version into a folder of one's own area */
            "POST /algorithms/{id}/versions/{version}/export": {
                body: components["schemas"]["aispace__algorithms__schemas__ExportRequest"];
                response: components["schemas"]["ExportResult"];
            };
            /** @description Put files through a model once, in the background */
            "POST /batch-services": {
                body: components["schemas"]["BatchCreate"];
                response: components["schemas"]["BatchRead"];
            };
            /** @description Put the results into a dataset, as proposals that people confirm */
            "POST /batch-services/{id}/dataset": {
                body?: components["schemas"]["BatchDeliveryRequest"];
                response: components["schemas"]["BatchRead"];
            };
            /** @description Go on with what is not done yet */
            "POST /batch-services/{id}/start": {
                response: components["schemas"]["BatchRead"];
            };
            /** @description Stop a batch service */
            "POST /batch-services/{id}/stop": {
                response: components["schemas"]["BatchRead"];
            };
            /** @description Make an empty dataset */
            "POST /datasets": {
                body: components["schemas"]["DatasetCreate"];
                response: components["schemas"]["DatasetRead"];
            };
            /** @description Annotate up to 1,000 samples */
            "POST /datasets/{id}/annotations": {
                body: components["schemas"]["AnnotationBatch"];
                response: components["schemas"]["AnnotationResults"];
            };
            /** @description Label, clear, confirm, mark or split many samples */
            "POST /datasets/{id}/annotations/bulk": {
                body?: components["schemas"]["BulkAnnotate"];
                response: components["schemas"]["BulkResult"];
            };
            /** @description Undo a change of many samples */
            "POST /datasets/{id}/annotations/undo": {
                body: components["schemas"]["UndoRequest"];
                response: components["schemas"]["UndoResult"];
            };
            /** @description Import files */
            "POST /datasets/{id}/import": {
                body: components["schemas"]["ImportRequest"];
                response: components["schemas"]["ImportRead"];
            };
            /** @description Tell what an import would find */
            "POST /datasets/{id}/import/inspect": {
                body: components["schemas"]["ImportInspectRequest"];
                response: components["schemas"]["ImportInspection"];
            };
            /** @description Publish the working copy as the next version */
            "POST /datasets/{id}/publish": {
                body?: components["schemas"]["PublishRequest"];
                response: components["schemas"]["DatasetVersionRead"];
            };
            /** @description Delete many samples */
            "POST /datasets/{id}/samples/delete": {
                body?: components["schemas"]["BulkSelection"];
                response: components["schemas"]["DeleteResult"];
            };
            /** @description Share the samples out to training, validation and test */
            "POST /datasets/{id}/split": {
                body: components["schemas"]["SplitRequest"];
                response: components["schemas"]["Statistics"];
            };
            /** @description Export a version as an archive */
            "POST /datasets/{id}/versions/{version}/export": {
                body?: components["schemas"]["aispace__datasets__requests__ExportRequest"];
                response: components["schemas"]["ExportRead"];
            };
            /** @description Tell what an export would not carry */
            "POST /datasets/{id}/versions/{version}/export/inspect": {
                body?: components["schemas"]["ExportInspectRequest"];
                response: components["schemas"]["ExportInspection"];
            };
            /** @description Make a version the current one */
            "POST /datasets/{id}/versions/{version}/set-current": {
                response: components["schemas"]["DatasetVersionRead"];
            };
            /** @description Try a model version on a published dataset version */
            "POST /evaluations": {
                body: components["schemas"]["EvaluationCreate"];
                response: components["schemas"]["EvaluationRead"];
            };
            /** @description Ask an evaluation to end */
            "POST /evaluations/{id}/stop": {
                response: components["schemas"]["EvaluationRead"];
            };
            /** @description Make a file of text */
            "POST /files": {
                body: components["schemas"]["FileCreate"];
                response: components["schemas"]["FileRead"];
            };
            /** @description Pack files */
            "POST /files/compress": {
                body: components["schemas"]["FileCompress"];
                response: components["schemas"]["FileRead"];
            };
            /** @description Copy */
            "POST /files/copy": {
                body: components["schemas"]["FileMove"];
                response: components["schemas"]["FileRead"][];
            };
            /** @description Unpack an archive */
            "POST /files/extract": {
                body: components["schemas"]["FileExtract"];
                response: components["schemas"]["ExtractReport"];
            };
            /** @description Make a folder */
            "POST /files/folders": {
                body: components["schemas"]["FolderCreate"];
                response: components["schemas"]["FileRead"];
            };
            /** @description Move or rename */
            "POST /files/move": {
                body: components["schemas"]["FileMove"];
                response: components["schemas"]["FileRead"][];
            };
            /** @description Put a finished upload here */
            "POST /files/place": {
                body: components["schemas"]["FilePlace"];
                response: components["schemas"]["FileRead"];
            };
            /** @description Make a runtime image from requirements and build it */
            "POST /images": {
                body: components["schemas"]["ImageCreate"];
                response: components["schemas"]["ImageRead"];
            };
            /** @description Build an image again, for instance after a failure */
            "POST /images/{id}/build": {
                response: components["schemas"]["ImageRead"];
            };
            /** @description Cancel an import */
            "POST /imports/{id}/cancel": {
                response: components["schemas"]["ImportRead"];
            };
            /** @description Keep settings of a job under a name */
            "POST /job-templates": {
                body: components["schemas"]["JobTemplateCreate"];
                response: components["schemas"]["JobTemplateRead"];
            };
            /** @description Make a label group */
            "POST /label-groups": {
                body: components["schemas"]["LabelGroupCreate"];
                response: components["schemas"]["LabelGroupRead"];
            };
            /** @description Copy a label group */
            "POST /label-groups/{id}/copy": {
                body: components["schemas"]["LabelGroupCopy"];
                response: components["schemas"]["LabelGroupRead"];
            };
            /** @description Delete a label, also from all samples, or with those that have no other */
            "POST /label-groups/{id}/labels/delete": {
                body: components["schemas"]["LabelDelete"];
                response: components["schemas"]["Relabelled"];
            };
            /** @description Rename a label, also on all samples that have it */
            "POST /label-groups/{id}/labels/rename": {
                body: components["schemas"]["LabelRename"];
                response: components["schemas"]["Relabelled"];
            };
            /** @description Change one's own password */
            "POST /me/password": {
                body: components["schemas"]["PasswordChange"];
            };
            /** @description Make a model; versions follow */
            "POST /models": {
                body: components["schemas"]["ModelCreate"];
                response: components["schemas"]["ModelRead"];
            };
            /** @description Add a version from files or from a run */
            "POST /models/{id}/versions": {
                body?: components["schemas"]["ModelVersionCreate"];
                response: components["schemas"]["ModelVersionRead"];
            };
            /** @description Put the files of a version into a folder of one's own area */
            "POST /models/{id}/versions/{version}/export": {
                body: components["schemas"]["aispace__algorithms__schemas__ExportRequest"];
                response: components["schemas"]["ExportResult"];
            };
            /** @description Make a model version once more, and tell what differs */
            "POST /models/{id}/versions/{version}/reproductions": {
                body?: components["schemas"]["ReproductionCreate"];
                response: components["schemas"]["ReproductionRead"];
            };
            /** @description Make a service and deploy it */
            "POST /services": {
                body: components["schemas"]["ServiceCreate"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Try a second version on a part of the requests */
            "POST /services/{id}/canary": {
                body?: components["schemas"]["CanaryCreate"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Make the canary production */
            "POST /services/{id}/canary/promote": {
                body?: components["schemas"]["RollbackRequest"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Take the canary back */
            "POST /services/{id}/canary/withdraw": {
                body?: components["schemas"]["RollbackRequest"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Deploy an earlier configuration again */
            "POST /services/{id}/deployments/{number}/rollback": {
                body?: components["schemas"]["RollbackRequest"];
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Try a service with a file or with JSON */
            "POST /services/{id}/predict": {
                body: unknown;
                query?: {
                    /** @description Name of the file, for a script. */
                    name?: string;
                    /**
                     * @description Null: as the shares say. Only the owner may choose.
                     * @enum {string}
                     */
                    target?: "production" | "canary";
                };
                response: components["schemas"]["Prediction"];
            };
            /** @description Start a stopped service */
            "POST /services/{id}/start": {
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Stop a service */
            "POST /services/{id}/stop": {
                response: components["schemas"]["ServiceRead"];
            };
            /** @description Make a token that may call the service */
            "POST /services/{id}/tokens": {
                body: components["schemas"]["ServiceTokenCreate"];
                response: components["schemas"]["ServiceTokenCreated"];
            };
            /** @description Add a spec */
            "POST /specs": {
                body: components["schemas"]["SpecCreate"];
                response: components["schemas"]["SpecRead"];
            };
            /** @description Free the stored files that no version needs */
            "POST /storage/collect": {
                response: components["schemas"]["CollectReport"];
            };
            /** @description Hash every stored file again and tell the damage */
            "POST /storage/verify": {
                response: components["schemas"]["VerifyReport"];
            };
            /** @description Make a token; the answer shows it this once */
            "POST /tokens": {
                body: components["schemas"]["TokenCreate"];
                response: components["schemas"]["TokenCreated"];
            };
            /** @description Make a training job and submit its first run */
            "POST /training-jobs": {
                body: components["schemas"]["TrainingJobCreate"];
                response: components["schemas"]["TrainingJobRead"];
            };
            /** @description Change settings of a run and submit the result as the next run */
            "POST /training-jobs/{id}/runs": {
                body?: components["schemas"]["RunChanges"];
                response: components["schemas"]["RunRead"];
            };
            /** @description Submit the same versions, parameters and seed as the next run */
            "POST /training-jobs/{id}/runs/{version}/rerun": {
                response: components["schemas"]["RunRead"];
            };
            /** @description Save what a run made as a new model or as the next version of one */
            "POST /training-jobs/{id}/runs/{version}/save-model": {
                body?: components["schemas"]["SaveModel"];
                response: components["schemas"]["ModelVersionRead"];
            };
            /** @description Keep the settings of a run as a job template */
            "POST /training-jobs/{id}/runs/{version}/save-template": {
                body: components["schemas"]["TemplateOfRun"];
                response: components["schemas"]["JobTemplateRead"];
            };
            /** @description Submit a run that was kept as a draft */
            "POST /training-jobs/{id}/runs/{version}/start": {
                response: components["schemas"]["RunRead"];
            };
            /** @description Ask a run to end */
            "POST /training-jobs/{id}/runs/{version}/stop": {
                response: components["schemas"]["RunRead"];
            };
            /** @description Check a form as far as it is filled in; tell command, price and waiting time */
            "POST /training-jobs/estimate": {
                body?: components["schemas"]["EstimateRequest"];
                response: components["schemas"]["Estimate"];
            };
            /** @description Ask all runs of one's own jobs that wait or run to end */
            "POST /training-jobs/stop": {
                response: components["schemas"]["StoppedJobs"];
            };
            /** @description Offer an object to another user */
            "POST /transfers": {
                body: components["schemas"]["TransferCreate"];
                response: components["schemas"]["TransferRead"];
            };
            /** @description Take an object that is offered */
            "POST /transfers/{id}/accept": {
                body?: components["schemas"]["TransferAccept"];
                response: components["schemas"]["TransferRead"];
            };
            /** @description Decline an offer */
            "POST /transfers/{id}/decline": {
                response: components["schemas"]["TransferRead"];
            };
            /** @description Take an offer back */
            "POST /transfers/{id}/withdraw": {
                response: components["schemas"]["TransferRead"];
            };
            /** @description Take something back out of the trash */
            "POST /trash/{id}/restore": {
                body?: components["schemas"]["TrashRestore"];
                response: components["schemas"]["Restored"];
            };
            /** @description Make an upload; the body may bring its first bytes */
            "POST /uploads": {
                body: unknown;
                response: components["schemas"]["UploadRead"];
            };
            /** @description Add an account; without a password a random one is answered once */
            "POST /users": {
                body: components["schemas"]["UserCreate"];
                response: components["schemas"]["UserCreated"];
            };
            /** @description Give an account a random password, once */
            "POST /users/{id}/reset-password": {
                response: components["schemas"]["PasswordGiven"];
            };
            /** @description Give the TensorBoard of these runs: the one that runs, or one that is started now */
            "POST /visualisations": {
                body: components["schemas"]["VisualisationCreate"];
                response: components["schemas"]["VisualisationRead"];
            };
            /** @description Give its owner the address of the page; this is a visit */
            "POST /visualisations/{id}/open": {
                response: components["schemas"]["ViewRead"];
            };
            /** @description Stop a visualisation; the same runs start it again */
            "POST /visualisations/{id}/stop": {
                response: components["schemas"]["VisualisationRead"];
            };
            /** @description Ask a workload to end; its processes are killed after its grace */
            "POST /workloads/{id}/stop": {
                response: components["schemas"]["WorkloadRead"];
            };
            /** @description Change files of the current version: makes the next one */
            "PUT /algorithms/{id}/files": {
                body: components["schemas"]["FilesEdit"];
                response: components["schemas"]["AlgorithmVersionRead"];
            };
            /** @description Annotate a sample */
            "PUT /datasets/{id}/samples/{sample_id}/annotation": {
                body: components["schemas"]["AnnotationPut"];
                response: components["schemas"]["SampleRead"];
            };
        };
        /**
         * @description Changes of a run's settings; what is absent is taken from the run before.
         *
         *     ``parameters`` are merged by name; null takes one away, so that its default holds.
         */
        RunChanges: {
            algorithm?: components["schemas"]["AlgorithmRef-Input"] | null;
            argument_mapping?: {
                [key: string]: string | null;
            } | null;
            /** @description Run to change; default: the newest. */
            base?: string | null;
            delay_hours?: number | null;
            environment?: {
                [key: string]: string;
            } | null;
            image_id?: string | null;
            inputs?: components["schemas"]["RunInput-Input"][] | null;
            max_hours?: number | null;
            model?: components["schemas"]["ModelRef-Input"] | null;
            nodes?: number | null;
            note?: string | null;
            notify?: ("running" | "succeeded" | "failed")[] | null;
            parameters?: {
                [key: string]: boolean | number | string | null;
            } | null;
            priority?: ("low" | "normal" | "high") | null;
            queue?: string | null;
            retries?: number | null;
            seed?: number | null;
            spec_id?: string | null;
        };
        /** @description A run of a training job. */
        RunChoice: {
            job_id: string;
            /** @description Null: the newest. */
            version?: string | null;
        };
        /** @description A dataset version and what it is for. */
        "RunInput-Input": {
            dataset_id: string;
            /**
             * @default training
             * @enum {string}
             */
            role?: "training" | "validation";
            /** @description Only the samples of this split. */
            split?: ("training" | "validation" | "test") | null;
            version: string;
        };
        /** @description A dataset version and what it is for. */
        "RunInput-Output": {
            dataset_id: string;
            /**
             * @default training
             * @enum {string}
             */
            role: "training" | "validation";
            /** @description Only the samples of this split. */
            split: ("training" | "validation" | "test") | null;
            version: string;
        };
        /** @description One logged number in short. */
        RunMetric: {
            /** @description Smallest for what is named like a loss or an error, else greatest. */
            best: number | null;
            best_step: number;
            last: number | null;
            /** @description Of the last value. */
            step: number;
        };
        /** @description Something of the caller's that runs or waits. */
        RunningRead: {
            id: string;
            kind: string;
            name: string;
            object_id: string | null;
            object_kind: string | null;
            /** @description Place in the queue. */
            position: number | null;
            started_at: string | null;
            status: string;
        };
        /** @description What the program said of its progress. */
        RunProgress: {
            done: number | null;
            total: number | null;
            /** @default steps */
            unit: string;
        };
        /** @description A run of a job. */
        RunRead: {
            algorithm: components["schemas"]["VersionRef"];
            can: string[];
            /** @description True between the end of the program and the moment when its results are kept. */
            collecting: boolean;
            command: string;
            configuration: components["schemas"]["RunSettings"];
            cost: components["schemas"]["Amount"] | null;
            created_at: string;
            ended_at: string | null;
            evaluation_summary: components["schemas"]["EvaluationSummary"] | null;
            id: string;
            image: components["schemas"]["Ref"] | null;
            inputs: components["schemas"]["InputRead"][];
            job_id: string;
            job_name: string;
            metrics: {
                [key: string]: components["schemas"]["RunMetric"];
            };
            model: components["schemas"]["VersionRef"] | null;
            model_output: components["schemas"]["FileSummary"] | null;
            note: string;
            outputs: components["schemas"]["FileSummary"] | null;
            progress: components["schemas"]["RunProgress"] | null;
            reason: components["schemas"]["Reason"] | null;
            /** @description Model versions made from it. */
            saved_as: components["schemas"]["VersionRef"][];
            started_at: string | null;
            /** @enum {string} */
            status: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
            version: string;
            workload: components["schemas"]["WorkloadRead"] | null;
        };
        /** @description A run of a training job. */
        RunRef: {
            job_id: string;
            version: string;
        };
        /** @description Everything that a run is made of. */
        RunSettings: {
            algorithm: components["schemas"]["AlgorithmRef-Output"];
            /** @description Wins over that of the algorithm. */
            argument_mapping: {
                [key: string]: string | null;
            };
            /** @default 0 */
            delay_hours: number;
            environment: {
                [key: string]: string;
            };
            /** @description Runtime; null: that of the algorithm. */
            image_id: string | null;
            inputs: components["schemas"]["RunInput-Output"][];
            /**
             * @description 0: no limit.
             * @default 0
             */
            max_hours: number;
            /** @description Model to go on from. */
            model: components["schemas"]["ModelRef-Output"] | null;
            /** @default 1 */
            nodes: number;
            /** @default  */
            note: string;
            /** @description On what its owner is told. */
            notify: ("running" | "succeeded" | "failed")[];
            parameters: {
                [key: string]: boolean | number | string | null;
            };
            /**
             * @default normal
             * @enum {string}
             */
            priority: "low" | "normal" | "high";
            queue: string | null;
            /** @default 0 */
            retries: number;
            /** @description Null: one is chosen and kept. */
            seed: number | null;
            spec_id: string;
            /**
             * @default single_node
             * @constant
             */
            task_type: "single_node";
        };
        /** @description Which samples; all conditions hold together. */
        SampleFilter: {
            /** @description Id of who annotated. */
            by?: string | null;
            hard?: boolean | null;
            label?: string | null;
            /** @description Part of the path. */
            q?: string | null;
            split?: ("training" | "validation" | "test" | "none") | null;
            state?: ("unlabelled" | "auto" | "started" | "labelled" | "reviewed" | "rejected") | null;
        };
        /** @description A sample and its annotation. */
        SampleRead: {
            annotation: components["schemas"]["AnnotationRead"];
            /** @description The first 200 characters of a text; the content route gives all of it. */
            excerpt: string | null;
            hard: boolean;
            height: number | null;
            id: string;
            media_type: string;
            number: number;
            path: string;
            /** @description The last review. It stays while the sample is worked on again; the state tells whether it still holds. */
            review: components["schemas"]["ReviewRead"] | null;
            revision: number;
            sha256: string;
            size: number;
            split: ("training" | "validation" | "test") | null;
            /** @enum {string} */
            state: "unlabelled" | "auto" | "started" | "labelled" | "reviewed" | "rejected";
            /** @description A row of a table: what its columns (without the label) hold, in their order; null where a cell is empty. */
            values: {
                [key: string]: number | boolean | string | null;
            } | null;
            width: number | null;
        };
        /** @description What may be changed of a sample besides its annotation. */
        SampleUpdate: {
            hard?: boolean | null;
            /**
             * @description Why it is rejected, for the one who mends it.
             * @default
             */
            reason?: string;
            /** @description Of a confirmed sample; ``withdraw`` takes the last review back. */
            review?: ("accept" | "reject") | "withdraw" | null;
            split?: ("training" | "validation" | "test") | null;
        };
        /** @description Save what a run made: as a new model, or as the next version of one. */
        SaveModel: {
            /** @default  */
            description?: string;
            model_id?: string | null;
            name?: string | null;
        };
        /** @description Scalars of an attempt. */
        ScalarRead: {
            attempt: number;
            next: number;
            /** @description Points of the file behind the buckets, over all names, in the part asked for. */
            points: number;
            progress: components["schemas"]["RunProgress"] | null;
            series: {
                [key: string]: components["schemas"]["Series"];
            };
        };
        /** @description A Python file of an algorithm version that has one class with ``inference(self, data)``. */
        ScriptChoice: {
            algorithm_id: string;
            /** @default inference.py */
            file?: string;
            /** @description Null: the current one. */
            version?: string | null;
        };
        /** @description Something whose name holds the words. */
        SearchHit: {
            id: string;
            kind: string;
            name: string;
            owner: components["schemas"]["Ref"] | null;
        };
        /** @description What was found. */
        SearchRead: {
            items: components["schemas"]["SearchHit"][];
            total: number;
        };
        /** @description One named series of numbers, at most one point for each bucket. */
        Series: {
            max: (number | null)[];
            min: (number | null)[];
            steps: number[];
            /** @description Unix time, seconds. */
            times: number[];
            /** @description Last value in each bucket; null for what is no finite number. */
            values: (number | null)[];
        };
        /** @description A file or folder of the server, by its absolute path; only for administrators, and where it is allowed. */
        ServerSource: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "server";
            path: string;
        };
        /** @description A new service; it is deployed at once. */
        ServiceCreate: {
            argument_mapping?: {
                [key: string]: string;
            };
            auto_stop?: components["schemas"]["AutoStop-Input"] | null;
            /** @default  */
            description?: string;
            environment?: {
                [key: string]: string;
            };
            /** @description Runtime; null: that of the model version or of the script's algorithm, or the preset serving runtime. */
            image_id?: string | null;
            limits?: components["schemas"]["Limits-Input"];
            /** @description Null: the script serves without a model. */
            model?: components["schemas"]["ModelChoice"] | null;
            name: string;
            /**
             * @description Why, for the deployment record.
             * @default
             */
            note?: string;
            /** @description Run parameters; ``threads`` and ``workers`` are known to the model server, a script gets all. */
            parameters?: {
                [key: string]: string | boolean | number;
            };
            /** @default 1 */
            replicas?: number;
            /** @description Null: the model's own ``inference.py``, or its files alone (ONNX, scikit-learn). */
            script?: components["schemas"]["ScriptChoice"] | null;
            spec_id: string;
            /**
             * @default private
             * @enum {string}
             */
            visibility?: "private" | "public" | "preset";
        };
        /** @description A service as the caller sees it. */
        ServiceRead: {
            argument_mapping: {
                [key: string]: string;
            };
            auto_stop: components["schemas"]["AutoStop-Output"] | null;
            calls: components["schemas"]["CallSummary"];
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            canary: components["schemas"]["CanaryRead"] | null;
            created_at: string;
            /** @description Number of the deployment that has the traffic. */
            deployment: number | null;
            description: string;
            /** @description Number of the deployment that is wanted; another than ``deployment`` while an edit is under way. */
            desired: number;
            /** @description Address; ``/v2/...`` and ``/predict`` are below it. */
            endpoint: string;
            environment: {
                [key: string]: string;
            };
            id: string;
            image_id: string;
            limits: components["schemas"]["Limits-Output"];
            model: components["schemas"]["ServingModel"] | null;
            name: string;
            observed_at: string | null;
            owner: components["schemas"]["Ref"];
            parameters: {
                [key: string]: unknown;
            };
            reason: components["schemas"]["Reason"] | null;
            replicas: components["schemas"]["ReplicaCount"];
            revision: number;
            script: components["schemas"]["ServingScript"] | null;
            signature: components["schemas"]["Signature"];
            slug: string;
            spec_id: string;
            /** @enum {string} */
            status: "deploying" | "serving" | "degraded" | "stopped" | "failed";
            /** @description When it stops by itself, as things are now; null: it does not, or it does not run. */
            stop_at: string | null;
            /** @description What ends it then: ``time``, whatever is called, or ``idle``, unless it is called before. */
            stop_rule: ("time" | "idle") | null;
            /** @enum {string} */
            target: "serving" | "stopped";
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
            /** @description Newest workload, for log and metrics. */
            workload_id: string | null;
        };
        /** @description A new token for callers of one service. */
        ServiceTokenCreate: {
            expires_at?: string | null;
            name: string;
        };
        /** @description A token; its secret is shown here and nowhere else. */
        ServiceTokenCreated: {
            created_at: string;
            created_by: components["schemas"]["Ref"];
            expires_at: string | null;
            /** @description The first characters. */
            hint: string;
            id: string;
            name: string;
            /** @constant */
            scope: "infer";
            token: string;
        };
        /** @description All tokens of a service. */
        ServiceTokenList: {
            items: components["schemas"]["ServiceTokenRead"][];
        };
        /** @description A token without its secret. */
        ServiceTokenRead: {
            created_at: string;
            created_by: components["schemas"]["Ref"];
            expires_at: string | null;
            /** @description The first characters. */
            hint: string;
            id: string;
            name: string;
            /** @constant */
            scope: "infer";
        };
        /**
         * @description Changes; what is absent stays.
         *
         *     Name, description, visibility, limits and auto-stop change in place; anything else makes a new deployment that takes
         *     over when it is ready, without a refused request. Model, script, runtime and auto-stop may be null.
         */
        ServiceUpdate: {
            argument_mapping?: {
                [key: string]: string;
            } | null;
            auto_stop?: components["schemas"]["AutoStop-Input"] | null;
            description?: string | null;
            environment?: {
                [key: string]: string;
            } | null;
            image_id?: string | null;
            limits?: components["schemas"]["Limits-Input"] | null;
            model?: components["schemas"]["ModelChoice"] | null;
            name?: string | null;
            /** @default  */
            note?: string;
            parameters?: {
                [key: string]: string | boolean | number;
            } | null;
            replicas?: number | null;
            script?: components["schemas"]["ScriptChoice"] | null;
            spec_id?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description The model version behind a deployment. */
        ServingModel: {
            id: string;
            name: string;
            version: string;
        };
        /** @description The algorithm version whose script serves. */
        ServingScript: {
            file: string;
            id: string;
            name: string;
            version: string;
        };
        /** @description What a person chose for himself. */
        Settings: {
            /** @description Hints and notices that should not be shown again. */
            dismissed: string[];
            /**
             * @description Empty: as the browser or JupyterLab says.
             * @default
             * @enum {string}
             */
            language: "" | "en" | "zh-CN";
            /**
             * @default
             * @enum {string}
             */
            theme: "" | "light" | "dark";
        };
        /** @description Changes of the settings; what is left out stays. */
        SettingsUpdate: {
            dismissed?: string[] | null;
            language?: ("" | "en" | "zh-CN") | null;
            theme?: ("" | "light" | "dark") | null;
        };
        /** @description A run that it shows. */
        ShownRun: {
            job: components["schemas"]["Ref"];
            version: string;
        };
        /** @description What the model takes and gives. */
        Signature: {
            /**
             * @description Whether ``/predict`` takes any file, for a script.
             * @default false
             */
            accepts_files: boolean;
            /**
             * @description Whether ``/predict`` takes an image.
             * @default false
             */
            accepts_images: boolean;
            /**
             * @description Path of the Open Inference Protocol below the endpoint.
             * @default
             */
            infer_path: string;
            inputs: components["schemas"]["Tensor"][];
            labels: string[];
            outputs: components["schemas"]["Tensor"][];
        };
        /** @description How often a spec fits. */
        SpecCapacity: {
            free: number;
            total: number;
        };
        /** @description A new spec. */
        SpecCreate: {
            accelerator?: components["schemas"]["Accelerator-Input"] | null;
            /** @description Cores. */
            cpu: number;
            /** @default true */
            enabled?: boolean;
            memory_bytes: number;
            name: string;
            /** @description None: free. */
            price_per_hour?: number | string | null;
            purposes: ("notebook" | "training" | "serving" | "evaluation")[];
        };
        /** @description A spec, with what is free now. */
        SpecRead: {
            accelerator: components["schemas"]["Accelerator-Output"] | null;
            can: string[];
            capacity: components["schemas"]["SpecCapacity"];
            cpu: number;
            created_at: string;
            enabled: boolean;
            id: string;
            memory_bytes: number;
            name: string;
            price_per_hour: components["schemas"]["Amount"] | null;
            purposes: ("notebook" | "training" | "serving" | "evaluation")[];
            revision: number;
            updated_at: string;
            /** @description How many workloads with this spec wait. */
            waiting: number;
        };
        /** @description Changes of a spec; what is absent stays. A new price holds from now on, also for what runs. */
        SpecUpdate: {
            accelerator?: components["schemas"]["Accelerator-Input"] | null;
            cpu?: number | null;
            enabled?: boolean | null;
            memory_bytes?: number | null;
            name?: string | null;
            price_per_hour?: number | string | null;
            purposes?: ("notebook" | "training" | "serving" | "evaluation")[] | null;
        };
        /** @description Shares of a new split; they need not sum to 1, only their relation counts. */
        SplitRequest: {
            /** @default 0 */
            seed?: number;
            /**
             * @description Keep the shares within each label.
             * @default true
             */
            stratified?: boolean;
            /** @default 0 */
            test?: number;
            train: number;
            /** @default 0 */
            validation?: number;
        };
        /** @description Numbers of the working copy. */
        Statistics: {
            hard: number;
            labels: components["schemas"]["LabelShare"][];
            splits: {
                [key: string]: number;
            };
            states: {
                [key: string]: number;
            };
            total: number;
        };
        /** @description Runs that were asked to end. */
        StoppedJobs: {
            stopped: components["schemas"]["VersionRef"][];
        };
        /** @description How to read CSV, TSV and JSON lines; what is left out is found out. */
        TableOptions: {
            delimiter?: string | null;
            encoding?: ("utf-8" | "utf-16" | "gb18030" | "latin-1") | null;
            /** @description Whether the first line names the columns; columns without names are called ``column_1`` and so on. */
            header?: boolean | null;
            /** @description Which column holds the label; an empty name: none does. */
            label_column?: string | null;
            /**
             * @description Between several labels in one cell (only of datasets with several labels a sample).
             * @default |
             */
            label_separator?: string;
            /** @description Which column holds the text (only of text). */
            text_column?: string | null;
        };
        /** @description How a table would be read. */
        TablePreview: {
            columns: components["schemas"]["Column"][];
            /** @description None for JSON lines. */
            delimiter: string | null;
            encoding: string;
            header: boolean;
            label_column: string | null;
            /** @description The first 20, as they are in the file. */
            rows: string[][];
            text_column: string | null;
        };
        /** @description Keep the settings of a run under a name. */
        TemplateOfRun: {
            /** @default  */
            description?: string;
            name: string;
        };
        /** @description An input or output, in the words of the Open Inference Protocol. */
        Tensor: {
            datatype: string;
            name: string;
            /** @description -1 is any size. */
            shape: number[];
        };
        /** @description A new token. */
        TokenCreate: {
            /** @description From then on it is refused; without it the token is good until it is deleted. */
            expires_at?: string | null;
            name: string;
            /**
             * @description What it allows: ``read``, ``write`` (and read), or ``admin`` (everything that you may do).
             * @default write
             * @enum {string}
             */
            scope?: "read" | "write" | "admin";
        };
        /** @description A new token with its secret, which is shown this once. */
        TokenCreated: {
            created_at: string;
            expires_at: string | null;
            /** @description Its first characters, to tell tokens apart. */
            hint: string;
            id: string;
            /** @description To within five minutes. */
            last_used_at: string | null;
            name: string;
            /** @enum {string} */
            scope: "read" | "write" | "admin";
            token: string;
        };
        /** @description A token without its secret. */
        TokenRead: {
            created_at: string;
            expires_at: string | null;
            /** @description Its first characters, to tell tokens apart. */
            hint: string;
            id: string;
            /** @description To within five minutes. */
            last_used_at: string | null;
            name: string;
            /** @enum {string} */
            scope: "read" | "write" | "admin";
        };
        /** @description A new job with its first run. */
        TrainingJobCreate: {
            algorithm: components["schemas"]["AlgorithmRef-Input"];
            /** @description Wins over that of the algorithm. */
            argument_mapping?: {
                [key: string]: string | null;
            };
            /** @default 0 */
            delay_hours?: number;
            /** @default  */
            description?: string;
            environment?: {
                [key: string]: string;
            };
            /** @description Runtime; null: that of the algorithm. */
            image_id?: string | null;
            inputs?: components["schemas"]["RunInput-Input"][];
            /**
             * @description 0: no limit.
             * @default 0
             */
            max_hours?: number;
            /** @description Model to go on from. */
            model?: components["schemas"]["ModelRef-Input"] | null;
            name: string;
            /** @default 1 */
            nodes?: number;
            /** @default  */
            note?: string;
            /** @description On what its owner is told. */
            notify?: ("running" | "succeeded" | "failed")[];
            parameters?: {
                [key: string]: boolean | number | string | null;
            };
            /**
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            queue?: string | null;
            /** @default 0 */
            retries?: number;
            /** @description Null: one is chosen and kept. */
            seed?: number | null;
            spec_id: string;
            /**
             * @description False: keep the first run as a draft, which is changed and started later.
             * @default true
             */
            start?: boolean;
            /**
             * @default single_node
             * @constant
             */
            task_type?: "single_node";
            /** @description Keep the settings as a job template of this name too. */
            template?: string | null;
        };
        /** @description A job and its newest run. */
        TrainingJobRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            created_at: string;
            current_version: string;
            description: string;
            id: string;
            latest: components["schemas"]["RunRead"];
            name: string;
            owner: components["schemas"]["Ref"];
            revision: number;
            run_count: number;
            /** @enum {string} */
            status: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
            task_type: string;
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
        };
        /** @description Changes; what is absent stays. */
        TrainingJobUpdate: {
            description?: string | null;
            name?: string | null;
            visibility?: ("private" | "public" | "preset") | null;
        };
        /** @description How it is taken. */
        TransferAccept: {
            /** @description A new name; null: the one that it has. Needed where the receiver has another object of that name. */
            name?: string | null;
        };
        /** @description An object for somebody else. */
        TransferCreate: {
            /**
             * @description Move it without asking him; for administrators.
             * @default false
             */
            at_once?: boolean;
            /**
             * @description What he should know.
             * @default
             */
            note?: string;
            object_id: string;
            /** @description Name of the user who gets it. */
            to: string;
        };
        /** @description An offer, and what became of it. */
        TransferRead: {
            /** @description ``accept``, ``decline``, ``withdraw``. */
            can: string[];
            decided_at: string | null;
            giver: components["schemas"]["Ref"];
            id: string;
            /** @description Whether the receiver has another object of that kind and name: then he gives it a new one. */
            name_taken: boolean;
            note: string;
            object_id: string;
            object_kind: string;
            object_name: string;
            offered_at: string;
            offered_by: components["schemas"]["Ref"];
            receiver: components["schemas"]["Ref"];
            /** @enum {string} */
            status: "offered" | "accepted" | "declined" | "withdrawn";
        };
        /** @description Something that was deleted and can be taken back. */
        TrashRead: {
            deleted_at: string;
            deleted_by: components["schemas"]["Ref"];
            /** @description When it is deleted for good. */
            expires_at: string;
            /** @description Of the object itself. */
            id: string;
            /** @enum {string} */
            kind: "algorithm" | "batch_service" | "dataset" | "evaluation" | "label_group" | "model" | "service" | "training_job";
            name: string;
            /** @description Whether its owner has another object of that kind and name by now: then a new name is needed. */
            name_taken: boolean;
            owner: components["schemas"]["Ref"];
        };
        /** @description How it comes back. */
        TrashRestore: {
            /** @description A new name; null: the one that it had. */
            name?: string | null;
        };
        /** @description Which change to undo. */
        UndoRequest: {
            undo_token: string;
        };
        /** @description What undoing did. */
        UndoResult: {
            /** @description Samples that were changed again since and stay as they are. */
            changed_meanwhile: number;
            undone: number;
        };
        /** @description What changed since the last published version. */
        Unpublished: {
            added: number;
            changed: number;
            removed: number;
        };
        /** @description A file on its way (tus 1.0). */
        UploadRead: {
            batch: string | null;
            created_at: string;
            expires_at: string;
            filename: string;
            finished: boolean;
            id: string;
            length: number;
            /** @description Bytes that have arrived. */
            offset: number;
            relative_path: string | null;
        };
        /** @description Bytes that were uploaded (tus) and are complete. */
        UploadSource: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "upload";
            upload_id: string;
        };
        /** @description Usage of one kind, spec or day. */
        UsageGroup: {
            amount: components["schemas"]["Amount"];
            key: string;
            name: string;
            seconds: number;
        };
        /** @description A stretch of time at one price. */
        UsageIntervalRead: {
            amount: components["schemas"]["Amount"];
            ended_at: string;
            /** @description True while it still grows. */
            open: boolean;
            price_per_hour: components["schemas"]["Amount"] | null;
            seconds: number;
            started_at: string;
        };
        /** @description One workload on a bill. */
        UsageLine: {
            amount: components["schemas"]["Amount"];
            intervals: components["schemas"]["UsageIntervalRead"][];
            kind: string;
            name: string;
            object: {
                [key: string]: string;
            } | null;
            owner: components["schemas"]["Ref"];
            seconds: number;
            spec: components["schemas"]["Ref"] | null;
            workload_id: string;
        };
        /** @description A page of lines with the total of all of them. */
        UsageLines: {
            items: components["schemas"]["UsageLine"][];
            page: components["schemas"]["PageInfo"];
            total: components["schemas"]["Amount"];
        };
        /** @description What an attempt used, over time. */
        UsageSeries: {
            /** @description By index: ``utilisation`` (per cent) and ``memory_bytes``. */
            accelerators: {
                [key: string]: {
                    [key: string]: (number | null)[];
                };
            };
            attempt: number;
            /** @description Cores. */
            cpu: number[];
            memory_bytes: number[];
            memory_limit_bytes: number | null;
            /** @description Unix time, seconds. */
            times: number[];
        };
        /** @description Usage in short. */
        UsageSummary: {
            by_day: components["schemas"]["UsageGroup"][];
            by_kind: components["schemas"]["UsageGroup"][];
            by_spec: components["schemas"]["UsageGroup"][];
            from: string;
            /** @description What runs now costs so much an hour. */
            running_per_hour: components["schemas"]["Amount"];
            seconds: number;
            to: string;
            total: components["schemas"]["Amount"];
        };
        /** @description A new account. */
        UserCreate: {
            /** @default  */
            display_name?: string;
            name: string;
            /** @description Without one a random password is made and answered once. */
            password?: string | null;
            /**
             * @default user
             * @enum {string}
             */
            role?: "administrator" | "user";
        };
        /** @description A new account, with its random password where one was made. */
        UserCreated: {
            created_at: string;
            display_name: string;
            enabled: boolean;
            id: string;
            last_seen_at: string | null;
            name: string;
            /** @description Shown only this once. */
            password: string | null;
            revision: number;
            /** @enum {string} */
            role: "administrator" | "user";
            /** @description Operating-system user of this person's processes; null where all share one. */
            uid: number | null;
            updated_at: string;
        };
        /** @description An account as administrators see it. */
        UserRead: {
            created_at: string;
            display_name: string;
            enabled: boolean;
            id: string;
            last_seen_at: string | null;
            name: string;
            revision: number;
            /** @enum {string} */
            role: "administrator" | "user";
            /** @description Operating-system user of this person's processes; null where all share one. */
            uid: number | null;
            updated_at: string;
        };
        /** @description Changes of an account. */
        UserUpdate: {
            display_name?: string | null;
            enabled?: boolean | null;
            role?: ("administrator" | "user") | null;
        };
        /** @description What re-hashing all blobs found. */
        VerifyReport: {
            blobs: number;
            damaged: components["schemas"]["Damage"][];
            size_bytes: number;
        };
        /** @description What answers here. */
        VersionRead: {
            /**
             * @default v1
             * @constant
             */
            api: "v1";
            /** @description Where workloads run: ``local`` or ``kubernetes``. */
            engine: string;
            /** @enum {string} */
            size: "laptop" | "team" | "cluster";
            version: string;
        };
        /** @description A version named by another object. */
        VersionRef: {
            id: string;
            name: string;
            version: string;
        };
        /** @description What may be changed of a version. */
        VersionUpdate: {
            note: string;
        };
        /** @description Where the page is, for its owner only. */
        ViewRead: {
            expires_at: string;
            /** @description Below the address of the platform, beside ``api``: it carries the right to look, so it is nobody else's. */
            path: string;
        };
        /** @description TensorBoard over runs; the one that is there for the same runs is used again, and started again if it ended. */
        VisualisationCreate: {
            /** @description It stops by itself when nobody has looked at it for so long; null: as the installation is set. */
            idle_minutes?: number | null;
            runs: components["schemas"]["RunChoice"][];
            /** @description Null: the cheapest for training that is large enough. */
            spec_id?: string | null;
        };
        /** @description TensorBoard over runs. */
        VisualisationRead: {
            /** @description What the caller may do with it now, for instance ``["write", "delete", "publish"]``. */
            can: string[];
            /** @description Since its last start; null when it is free. */
            cost: components["schemas"]["Amount"] | null;
            created_at: string;
            ended_at: string | null;
            id: string;
            idle_minutes: number;
            image: components["schemas"]["Ref"];
            name: string;
            owner: components["schemas"]["Ref"];
            /** @description Whether it can be looked at. */
            ready: boolean;
            reason: components["schemas"]["Reason"] | null;
            revision: number;
            runs: components["schemas"]["ShownRun"][];
            spec_id: string;
            started_at: string | null;
            /** @enum {string} */
            status: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
            /** @description When it stops by itself unless somebody looks at it before; null while it does not run. */
            stops_at: string | null;
            updated_at: string;
            /** @enum {string} */
            visibility: "private" | "public" | "preset";
            visited_at: string | null;
            /** @description The last one: for its log. */
            workload_id: string | null;
        };
        /** @description A workload as its owner sees it. */
        WorkloadRead: {
            attempts: components["schemas"]["AttemptRead"][];
            can: string[];
            command: string[];
            /** @description So far; null when it is free. */
            cost: components["schemas"]["Amount"] | null;
            created_at: string;
            ended_at: string | null;
            id: string;
            image_id: string | null;
            /** @enum {string} */
            kind: "training" | "evaluation" | "image_build" | "import" | "export" | "service" | "notebook" | "batch" | "visualisation";
            name: string;
            /** @description ``{kind, id}`` of what it runs for. */
            object: {
                [key: string]: string;
            } | null;
            observed_at: string | null;
            owner: components["schemas"]["Ref"];
            /** @description Place in the queue, 1 is next; null when it does not wait there. */
            position: number | null;
            /** @enum {string} */
            priority: "low" | "normal" | "high";
            queue: string;
            queued_at: string | null;
            reason: components["schemas"]["Reason"] | null;
            retries: number;
            scheduled_for: string | null;
            spec: components["schemas"]["ResourceNeed"];
            started_at: string | null;
            /** @enum {string} */
            status: "draft" | "scheduled" | "queued" | "starting" | "running" | "paused" | "succeeded" | "failed" | "stopped";
            /** @enum {string} */
            target: "running" | "paused" | "stopped";
            time_limit_seconds: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
