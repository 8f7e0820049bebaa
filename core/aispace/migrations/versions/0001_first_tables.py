"""first tables.

Revision ID: 0001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from aispace.db import types

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('aispace_algorithms',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('category', sa.String(length=64), nullable=False),
    sa.Column('current', sa.Integer(), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('preset_key', sa.String(length=64), nullable=True),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_algorithms')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_algorithms_owner_id_name')),
    sa.UniqueConstraint('preset_key', name=op.f('uq_aispace_algorithms_preset_key'))
    )
    with op.batch_alter_table('aispace_algorithms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_algorithms_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_algorithms_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_algorithms_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_algorithms_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_bulk_undos',
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('dataset_id', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('entries', types.JSONValue(), nullable=False),
    sa.Column('expires_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('token', 'part', name=op.f('pk_aispace_bulk_undos'))
    )
    with op.batch_alter_table('aispace_bulk_undos', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_bulk_undos_dataset_id'), ['dataset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_bulk_undos_expires_at'), ['expires_at'], unique=False)

    op.create_table('aispace_dataset_counts',
    sa.Column('dataset', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('key', sa.String(length=30), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('dataset', 'kind', 'key', name=op.f('pk_aispace_dataset_counts'))
    )
    op.create_table('aispace_dataset_versions',
    sa.Column('annotations', sa.String(length=64), nullable=False),
    sa.Column('labels', types.JSONValue(), nullable=False),
    sa.Column('counts', types.JSONValue(), nullable=False),
    sa.Column('data_type', sa.String(length=16), nullable=False),
    sa.Column('annotation_type', sa.String(length=32), nullable=False),
    sa.Column('template', sa.String(length=8), nullable=True),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('object_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('manifest', sa.String(length=64), nullable=False),
    sa.Column('file_count', sa.BigInteger(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('source', types.JSONValue(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_name', sa.String(length=255), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_dataset_versions')),
    sa.UniqueConstraint('object_id', 'number', name=op.f('uq_aispace_dataset_versions_object_id_number'))
    )
    with op.batch_alter_table('aispace_dataset_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_dataset_versions_manifest'), ['manifest'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_dataset_versions_object_id'), ['object_id'], unique=False)

    op.create_table('aispace_evaluations',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('model_id', sa.String(length=40), nullable=False),
    sa.Column('model_version', sa.String(length=12), nullable=False),
    sa.Column('configuration', types.JSONValue(), nullable=False),
    sa.Column('named', types.JSONValue(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.Column('workload_id', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('outputs', sa.String(length=64), nullable=True),
    sa.Column('outputs_count', sa.BigInteger(), nullable=False),
    sa.Column('outputs_bytes', sa.BigInteger(), nullable=False),
    sa.Column('metrics', types.JSONValue(), nullable=True),
    sa.Column('evaluation', types.JSONValue(), nullable=True),
    sa.Column('started_at', types.UTCDateTime(), nullable=True),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_evaluations')),
    sa.UniqueConstraint('workload_id', name=op.f('uq_aispace_evaluations_workload_id'))
    )
    with op.batch_alter_table('aispace_evaluations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_evaluations_model_id'), ['model_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_evaluations_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_evaluations_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_evaluations_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_evaluations_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_events',
    sa.Column('row', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', types.UTCDateTime(), nullable=False),
    sa.Column('actor_id', sa.String(length=40), nullable=False),
    sa.Column('actor_name', sa.String(length=255), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('object_kind', sa.String(length=32), nullable=False),
    sa.Column('object_id', sa.String(length=64), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=True),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('params', types.JSONValue(), nullable=False),
    sa.Column('request_id', sa.String(length=64), nullable=True),
    sa.Column('hash', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('row', name=op.f('pk_aispace_events')),
    sa.UniqueConstraint('id', name=op.f('uq_aispace_events_id')),
    sa.UniqueConstraint('position', name=op.f('uq_aispace_events_position'))
    )
    with op.batch_alter_table('aispace_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_events_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_events_code'), ['code'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_events_object_id'), ['object_id'], unique=False)
        batch_op.create_index('ix_aispace_events_owner_position', ['owner_id', 'position'], unique=False)

    op.create_table('aispace_exports',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('dataset_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.String(length=12), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('principal', types.JSONValue(), nullable=False),
    sa.Column('layout', sa.String(length=16), nullable=False),
    sa.Column('area_path', sa.String(length=4096), nullable=True),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_exports'))
    )
    with op.batch_alter_table('aispace_exports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_exports_dataset_id'), ['dataset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_exports_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_exports_status'), ['status'], unique=False)

    op.create_table('aispace_gateway_reports',
    sa.Column('gateway', sa.String(length=64), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('gateway', name=op.f('pk_aispace_gateway_reports'))
    )
    op.create_table('aispace_given_uids',
    sa.Column('uid', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('uid', name=op.f('pk_aispace_given_uids')),
    sa.UniqueConstraint('user_id', name=op.f('uq_aispace_given_uids_user_id'))
    )
    op.create_table('aispace_idempotency_keys',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=255), nullable=False),
    sa.Column('operation', sa.String(length=512), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', types.JSONValue(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_idempotency_keys')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_aispace_idempotency_keys_user_id_key'))
    )
    with op.batch_alter_table('aispace_idempotency_keys', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_idempotency_keys_created_at'), ['created_at'], unique=False)

    op.create_table('aispace_images',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('purposes', types.JSONValue(), nullable=False),
    sa.Column('requirements', sa.Text(), nullable=False),
    sa.Column('python', sa.String(length=16), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('workload_id', sa.String(length=40), nullable=True),
    sa.Column('builds', sa.Integer(), nullable=False),
    sa.Column('current', sa.String(length=64), nullable=True),
    sa.Column('packages', types.JSONValue(), nullable=True),
    sa.Column('size_bytes', sa.BigInteger(), nullable=True),
    sa.Column('built_at', types.UTCDateTime(), nullable=True),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_images')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_images_owner_id_name'))
    )
    with op.batch_alter_table('aispace_images', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_images_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_images_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_images_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_imports',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('dataset_id', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('principal', types.JSONValue(), nullable=False),
    sa.Column('request', types.JSONValue(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('cancel', sa.Boolean(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('report', types.JSONValue(), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('spool', sa.String(length=64), nullable=True),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_imports'))
    )
    with op.batch_alter_table('aispace_imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_imports_dataset_id'), ['dataset_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_imports_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_imports_status'), ['status'], unique=False)

    op.create_table('aispace_label_groups',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('labels', types.JSONValue(), nullable=False),
    sa.Column('label_count', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_label_groups')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_label_groups_owner_id_name'))
    )
    with op.batch_alter_table('aispace_label_groups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_label_groups_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_label_groups_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_label_groups_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_lineage_edges',
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.String(length=64), nullable=False),
    sa.Column('from_version', sa.String(length=12), nullable=False),
    sa.Column('from_name', sa.String(length=120), nullable=False),
    sa.Column('to_id', sa.String(length=64), nullable=False),
    sa.Column('to_version', sa.String(length=12), nullable=False),
    sa.Column('to_name', sa.String(length=120), nullable=False),
    sa.Column('relation', sa.String(length=32), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('row', name=op.f('pk_aispace_lineage_edges')),
    sa.UniqueConstraint('from_id', 'from_version', 'to_id', 'to_version', 'relation', name=op.f('uq_aispace_lineage_edges_from_id_from_version_to_id_to_version_relation'))
    )
    with op.batch_alter_table('aispace_lineage_edges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_lineage_edges_from_id'), ['from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_lineage_edges_to_id'), ['to_id'], unique=False)

    op.create_table('aispace_models',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('framework', sa.String(length=64), nullable=False),
    sa.Column('format', sa.String(length=32), nullable=False),
    sa.Column('category', sa.String(length=64), nullable=False),
    sa.Column('current', sa.Integer(), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_models')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_models_owner_id_name'))
    )
    with op.batch_alter_table('aispace_models', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_models_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_models_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_models_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_models_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_notebooks',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('workload_id', sa.String(length=40), nullable=True),
    sa.Column('options', types.JSONValue(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_notebooks')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_notebooks_owner_id_name'))
    )
    with op.batch_alter_table('aispace_notebooks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_notebooks_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_notebooks_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_notebooks_visibility'), ['visibility'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_notebooks_workload_id'), ['workload_id'], unique=False)

    op.create_table('aispace_resource_specs',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('cpu', sa.Float(), nullable=False),
    sa.Column('memory_bytes', sa.BigInteger(), nullable=False),
    sa.Column('accelerator', sa.String(length=64), nullable=True),
    sa.Column('accelerator_count', sa.Integer(), nullable=False),
    sa.Column('accelerator_product', sa.String(length=64), nullable=True),
    sa.Column('purposes', types.JSONValue(), nullable=False),
    sa.Column('price_per_hour', types.Money(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('order', sa.Integer(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_resource_specs')),
    sa.UniqueConstraint('organisation_id', 'name', name=op.f('uq_aispace_resource_specs_organisation_id_name'))
    )
    with op.batch_alter_table('aispace_resource_specs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_resource_specs_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_resource_specs_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_resource_specs_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_sample_labels',
    sa.Column('dataset', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=30), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('dataset', 'label', 'number', name=op.f('pk_aispace_sample_labels'))
    )
    op.create_table('aispace_sample_removals',
    sa.Column('dataset', sa.Integer(), nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.Column('path', sa.String(length=1024).with_variant(sa.String(length=1024, collation='C'), 'postgresql'), nullable=False),
    sa.Column('added', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('dataset', 'change', 'path', name=op.f('pk_aispace_sample_removals'))
    )
    op.create_table('aispace_samples',
    sa.Column('dataset', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(length=1024).with_variant(sa.String(length=1024, collation='C'), 'postgresql'), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('split', sa.String(length=16), nullable=True),
    sa.Column('hard', sa.Boolean(), nullable=False),
    sa.Column('objects', types.JSONValue(), nullable=False),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('by', sa.String(length=64), nullable=True),
    sa.Column('at', types.UTCDateTime(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.Column('added', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('dataset', 'number', name=op.f('pk_aispace_samples'))
    )
    with op.batch_alter_table('aispace_samples', schema=None) as batch_op:
        batch_op.create_index('ix_aispace_samples_change', ['dataset', 'change'], unique=False)
        batch_op.create_index('ix_aispace_samples_split', ['dataset', 'split', 'number'], unique=False)
        batch_op.create_index('ix_aispace_samples_state', ['dataset', 'state', 'number'], unique=False)
        batch_op.create_index('uq_aispace_samples_path', ['dataset', 'path'], unique=True)

    op.create_table('aispace_services',
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('description', sa.String(length=200), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('target', sa.String(length=16), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('observed_at', types.UTCDateTime(), nullable=True),
    sa.Column('desired', sa.Integer(), nullable=False),
    sa.Column('current', sa.Integer(), nullable=True),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('limits', types.JSONValue(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_services')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_services_owner_id_name')),
    sa.UniqueConstraint('slug', name=op.f('uq_aispace_services_slug'))
    )
    with op.batch_alter_table('aispace_services', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_services_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_services_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_services_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_services_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_tokens',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('scope', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('hint', sa.String(length=16), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('expires_at', types.UTCDateTime(), nullable=True),
    sa.Column('last_used_at', types.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_tokens')),
    sa.UniqueConstraint('digest', name=op.f('uq_aispace_tokens_digest')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_aispace_tokens_user_id_name'))
    )
    with op.batch_alter_table('aispace_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_tokens_user_id'), ['user_id'], unique=False)

    op.create_table('aispace_training_jobs',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('task_type', sa.String(length=32), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_training_jobs')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_training_jobs_owner_id_name'))
    )
    with op.batch_alter_table('aispace_training_jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_training_jobs_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_training_jobs_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_training_jobs_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_training_jobs_status'), ['status'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_training_jobs_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_uploads',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('batch', sa.String(length=64), nullable=True),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('relative_path', sa.String(length=1024), nullable=True),
    sa.Column('details', types.JSONValue(), nullable=False),
    sa.Column('length', sa.BigInteger(), nullable=False),
    sa.Column('offset', sa.BigInteger(), nullable=False),
    sa.Column('finished', sa.Boolean(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('expires_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_uploads'))
    )
    with op.batch_alter_table('aispace_uploads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_uploads_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index('ix_aispace_uploads_owner_batch', ['owner_id', 'batch'], unique=False)
        batch_op.create_index('ix_aispace_uploads_owner_finished', ['owner_id', 'finished'], unique=False)

    op.create_table('aispace_usage_intervals',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('workload_id', sa.String(length=40), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('object_kind', sa.String(length=32), nullable=True),
    sa.Column('object_id', sa.String(length=64), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('spec_id', sa.String(length=40), nullable=True),
    sa.Column('spec_name', sa.String(length=64), nullable=True),
    sa.Column('price_per_hour', types.Money(), nullable=True),
    sa.Column('started_at', types.UTCDateTime(), nullable=False),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.Column('amount', types.Money(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_usage_intervals'))
    )
    with op.batch_alter_table('aispace_usage_intervals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_usage_intervals_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index('ix_aispace_usage_intervals_owner_started', ['owner_id', 'started_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_usage_intervals_workload_id'), ['workload_id'], unique=False)
        batch_op.create_index('uq_aispace_usage_intervals_open', ['workload_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('aispace_users',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('display_name', sa.String(length=100), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('uid', sa.Integer(), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('passwords', types.JSONValue(), nullable=False),
    sa.Column('settings', types.JSONValue(), nullable=False),
    sa.Column('last_seen_at', types.UTCDateTime(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_users')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_aispace_users_issuer_subject')),
    sa.UniqueConstraint('name', name=op.f('uq_aispace_users_name')),
    sa.UniqueConstraint('uid', name=op.f('uq_aispace_users_uid'))
    )
    with op.batch_alter_table('aispace_users', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_users_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('aispace_workloads',
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('target', sa.String(length=16), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('observed_at', types.UTCDateTime(), nullable=True),
    sa.Column('external', sa.Boolean(), nullable=False),
    sa.Column('reported', types.JSONValue(), nullable=True),
    sa.Column('spec', types.JSONValue(), nullable=False),
    sa.Column('spec_id', sa.String(length=40), nullable=True),
    sa.Column('spec_name', sa.String(length=64), nullable=True),
    sa.Column('image_id', sa.String(length=40), nullable=True),
    sa.Column('object_kind', sa.String(length=32), nullable=True),
    sa.Column('object_id', sa.String(length=64), nullable=True),
    sa.Column('run_as', sa.BigInteger(), nullable=True),
    sa.Column('cpu', sa.Float(), nullable=False),
    sa.Column('memory_bytes', sa.BigInteger(), nullable=False),
    sa.Column('accelerator', sa.String(length=64), nullable=True),
    sa.Column('accelerator_count', sa.Integer(), nullable=False),
    sa.Column('accelerator_product', sa.String(length=64), nullable=True),
    sa.Column('queue', sa.String(length=64), nullable=False),
    sa.Column('priority', sa.String(length=16), nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=False),
    sa.Column('not_before', types.UTCDateTime(), nullable=True),
    sa.Column('retries', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('queued_at', types.UTCDateTime(), nullable=True),
    sa.Column('started_at', types.UTCDateTime(), nullable=True),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_workloads'))
    )
    with op.batch_alter_table('aispace_workloads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_workloads_image_id'), ['image_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_workloads_object_id'), ['object_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_workloads_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('ix_aispace_workloads_owner_created', ['owner_id', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_workloads_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_workloads_spec_id'), ['spec_id'], unique=False)
        batch_op.create_index('ix_aispace_workloads_status_rank', ['status', 'rank'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_workloads_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_algorithm_versions',
    sa.Column('object_id', sa.String(length=40), nullable=False),
    sa.Column('run_command', sa.String(length=1000), nullable=False),
    sa.Column('parameters', types.JSONValue(), nullable=False),
    sa.Column('argument_mapping', types.JSONValue(), nullable=False),
    sa.Column('image_id', sa.String(length=40), nullable=True),
    sa.Column('serving_image_id', sa.String(length=40), nullable=True),
    sa.Column('framework', sa.String(length=64), nullable=False),
    sa.Column('accepts', types.JSONValue(), nullable=False),
    sa.Column('file_output', sa.Boolean(), nullable=False),
    sa.Column('model_output', sa.Boolean(), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('manifest', sa.String(length=64), nullable=False),
    sa.Column('file_count', sa.BigInteger(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('source', types.JSONValue(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_name', sa.String(length=255), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['object_id'], ['aispace_algorithms.id'], name=op.f('fk_aispace_algorithm_versions_object_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_algorithm_versions')),
    sa.UniqueConstraint('object_id', 'number', name=op.f('uq_aispace_algorithm_versions_object_id_number'))
    )
    with op.batch_alter_table('aispace_algorithm_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_algorithm_versions_image_id'), ['image_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_algorithm_versions_manifest'), ['manifest'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_algorithm_versions_object_id'), ['object_id'], unique=False)

    op.create_table('aispace_datasets',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=False),
    sa.Column('data_type', sa.String(length=16), nullable=False),
    sa.Column('annotation_type', sa.String(length=32), nullable=False),
    sa.Column('template', sa.String(length=8), nullable=True),
    sa.Column('label_group_id', sa.String(length=40), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('importing', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('unlabelled', sa.Integer(), nullable=False),
    sa.Column('auto', sa.Integer(), nullable=False),
    sa.Column('started', sa.Integer(), nullable=False),
    sa.Column('labelled', sa.Integer(), nullable=False),
    sa.Column('reviewed', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('hard', sa.Integer(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('next_sample', sa.Integer(), nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.Column('published', sa.BigInteger(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('removed', sa.Integer(), nullable=False),
    sa.Column('last_version', sa.Integer(), nullable=False),
    sa.Column('current_version', sa.String(length=12), nullable=True),
    sa.Column('base_version', sa.String(length=12), nullable=True),
    sa.Column('base_manifest', sa.String(length=64), nullable=True),
    sa.Column('base_annotations', sa.String(length=64), nullable=True),
    sa.Column('base_counts', types.JSONValue(), nullable=True),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.String(length=40), nullable=False),
    sa.Column('department_id', sa.String(length=40), nullable=True),
    sa.Column('owner_id', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=16), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('updated_at', types.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['label_group_id'], ['aispace_label_groups.id'], name=op.f('fk_aispace_datasets_label_group_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_datasets')),
    sa.UniqueConstraint('number', name=op.f('uq_aispace_datasets_number')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_aispace_datasets_owner_id_name'))
    )
    with op.batch_alter_table('aispace_datasets', schema=None) as batch_op:
        batch_op.create_index('ix_aispace_datasets_created', ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_datasets_label_group_id'), ['label_group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_datasets_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_datasets_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_datasets_status'), ['status'], unique=False)
        batch_op.create_index('ix_aispace_datasets_updated', ['updated_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_datasets_visibility'), ['visibility'], unique=False)

    op.create_table('aispace_model_versions',
    sa.Column('object_id', sa.String(length=40), nullable=False),
    sa.Column('config', types.JSONValue(), nullable=True),
    sa.Column('metrics', types.JSONValue(), nullable=False),
    sa.Column('runtime_image_id', sa.String(length=40), nullable=True),
    sa.Column('run_id', sa.String(length=40), nullable=True),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('manifest', sa.String(length=64), nullable=False),
    sa.Column('file_count', sa.BigInteger(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('source', types.JSONValue(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_name', sa.String(length=255), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['object_id'], ['aispace_models.id'], name=op.f('fk_aispace_model_versions_object_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_model_versions')),
    sa.UniqueConstraint('object_id', 'number', name=op.f('uq_aispace_model_versions_object_id_number'))
    )
    with op.batch_alter_table('aispace_model_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_model_versions_manifest'), ['manifest'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_model_versions_object_id'), ['object_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_model_versions_run_id'), ['run_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_model_versions_runtime_image_id'), ['runtime_image_id'], unique=False)

    op.create_table('aispace_service_calls',
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('minute', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('client_errors', sa.BigInteger(), nullable=False),
    sa.Column('server_errors', sa.BigInteger(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('latency', types.JSONValue(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['aispace_services.id'], name=op.f('fk_aispace_service_calls_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('service_id', 'minute', 'number', name=op.f('pk_aispace_service_calls'))
    )
    with op.batch_alter_table('aispace_service_calls', schema=None) as batch_op:
        batch_op.create_index('ix_aispace_service_calls_minute', ['minute'], unique=False)

    op.create_table('aispace_service_deployments',
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('share', sa.Integer(), nullable=False),
    sa.Column('configuration', types.JSONValue(), nullable=False),
    sa.Column('model_id', sa.String(length=40), nullable=False),
    sa.Column('model_version', sa.String(length=12), nullable=False),
    sa.Column('image_id', sa.String(length=40), nullable=False),
    sa.Column('spec_id', sa.String(length=40), nullable=False),
    sa.Column('source', types.JSONValue(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_name', sa.String(length=255), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('started_at', types.UTCDateTime(), nullable=True),
    sa.Column('ready_at', types.UTCDateTime(), nullable=True),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.Column('drain_since', types.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['service_id'], ['aispace_services.id'], name=op.f('fk_aispace_service_deployments_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('service_id', 'number', name=op.f('pk_aispace_service_deployments'))
    )
    with op.batch_alter_table('aispace_service_deployments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_service_deployments_image_id'), ['image_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_service_deployments_model_id'), ['model_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_service_deployments_status'), ['status'], unique=False)

    op.create_table('aispace_service_replicas',
    sa.Column('workload_id', sa.String(length=40), nullable=False),
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('host', sa.String(length=255), nullable=True),
    sa.Column('port', sa.Integer(), nullable=True),
    sa.Column('ready', sa.Boolean(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('tree', sa.String(length=1024), nullable=True),
    sa.Column('running_since', types.UTCDateTime(), nullable=True),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.ForeignKeyConstraint(['service_id'], ['aispace_services.id'], name=op.f('fk_aispace_service_replicas_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workload_id', name=op.f('pk_aispace_service_replicas'))
    )
    with op.batch_alter_table('aispace_service_replicas', schema=None) as batch_op:
        batch_op.create_index('ix_aispace_service_replicas_service_number', ['service_id', 'number'], unique=False)

    op.create_table('aispace_service_tokens',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('scope', sa.String(length=16), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('hint', sa.String(length=16), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_name', sa.String(length=255), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('expires_at', types.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['service_id'], ['aispace_services.id'], name=op.f('fk_aispace_service_tokens_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_service_tokens')),
    sa.UniqueConstraint('service_id', 'name', name=op.f('uq_aispace_service_tokens_service_id_name')),
    sa.UniqueConstraint('sha256', name=op.f('uq_aispace_service_tokens_sha256'))
    )
    op.create_table('aispace_service_totals',
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('client_errors', sa.BigInteger(), nullable=False),
    sa.Column('server_errors', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['aispace_services.id'], name=op.f('fk_aispace_service_totals_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('service_id', name=op.f('pk_aispace_service_totals'))
    )
    op.create_table('aispace_training_runs',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('job_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('configuration', types.JSONValue(), nullable=False),
    sa.Column('named', types.JSONValue(), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=True),
    sa.Column('model_count', sa.BigInteger(), nullable=False),
    sa.Column('model_bytes', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('created_at', types.UTCDateTime(), nullable=False),
    sa.Column('workload_id', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('outputs', sa.String(length=64), nullable=True),
    sa.Column('outputs_count', sa.BigInteger(), nullable=False),
    sa.Column('outputs_bytes', sa.BigInteger(), nullable=False),
    sa.Column('metrics', types.JSONValue(), nullable=True),
    sa.Column('evaluation', types.JSONValue(), nullable=True),
    sa.Column('started_at', types.UTCDateTime(), nullable=True),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['job_id'], ['aispace_training_jobs.id'], name=op.f('fk_aispace_training_runs_job_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aispace_training_runs')),
    sa.UniqueConstraint('job_id', 'number', name=op.f('uq_aispace_training_runs_job_id_number')),
    sa.UniqueConstraint('workload_id', name=op.f('uq_aispace_training_runs_workload_id'))
    )
    with op.batch_alter_table('aispace_training_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aispace_training_runs_job_id'), ['job_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aispace_training_runs_status'), ['status'], unique=False)

    op.create_table('aispace_workload_attempts',
    sa.Column('workload_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', types.JSONValue(), nullable=True),
    sa.Column('exit_code', sa.Integer(), nullable=True),
    sa.Column('admitted_at', types.UTCDateTime(), nullable=False),
    sa.Column('started_at', types.UTCDateTime(), nullable=True),
    sa.Column('ended_at', types.UTCDateTime(), nullable=True),
    sa.Column('ports', types.JSONValue(), nullable=True),
    sa.Column('accelerators', types.JSONValue(), nullable=True),
    sa.ForeignKeyConstraint(['workload_id'], ['aispace_workloads.id'], name=op.f('fk_aispace_workload_attempts_workload_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workload_id', 'number', name=op.f('pk_aispace_workload_attempts'))
    )


def downgrade() -> None:
    op.drop_table('aispace_workload_attempts')
    with op.batch_alter_table('aispace_training_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_training_runs_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_training_runs_job_id'))

    op.drop_table('aispace_training_runs')
    op.drop_table('aispace_service_totals')
    op.drop_table('aispace_service_tokens')
    with op.batch_alter_table('aispace_service_replicas', schema=None) as batch_op:
        batch_op.drop_index('ix_aispace_service_replicas_service_number')

    op.drop_table('aispace_service_replicas')
    with op.batch_alter_table('aispace_service_deployments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_service_deployments_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_service_deployments_model_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_service_deployments_image_id'))

    op.drop_table('aispace_service_deployments')
    with op.batch_alter_table('aispace_service_calls', schema=None) as batch_op:
        batch_op.drop_index('ix_aispace_service_calls_minute')

    op.drop_table('aispace_service_calls')
    with op.batch_alter_table('aispace_model_versions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_model_versions_runtime_image_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_model_versions_run_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_model_versions_object_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_model_versions_manifest'))

    op.drop_table('aispace_model_versions')
    with op.batch_alter_table('aispace_datasets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_datasets_visibility'))
        batch_op.drop_index('ix_aispace_datasets_updated')
        batch_op.drop_index(batch_op.f('ix_aispace_datasets_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_datasets_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_datasets_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_datasets_label_group_id'))
        batch_op.drop_index('ix_aispace_datasets_created')

    op.drop_table('aispace_datasets')
    with op.batch_alter_table('aispace_algorithm_versions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_algorithm_versions_object_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_algorithm_versions_manifest'))
        batch_op.drop_index(batch_op.f('ix_aispace_algorithm_versions_image_id'))

    op.drop_table('aispace_algorithm_versions')
    with op.batch_alter_table('aispace_workloads', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_visibility'))
        batch_op.drop_index('ix_aispace_workloads_status_rank')
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_spec_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_owner_id'))
        batch_op.drop_index('ix_aispace_workloads_owner_created')
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_object_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_workloads_image_id'))

    op.drop_table('aispace_workloads')
    with op.batch_alter_table('aispace_users', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_users_organisation_id'))

    op.drop_table('aispace_users')
    with op.batch_alter_table('aispace_usage_intervals', schema=None) as batch_op:
        batch_op.drop_index('uq_aispace_usage_intervals_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_aispace_usage_intervals_workload_id'))
        batch_op.drop_index('ix_aispace_usage_intervals_owner_started')
        batch_op.drop_index(batch_op.f('ix_aispace_usage_intervals_owner_id'))

    op.drop_table('aispace_usage_intervals')
    with op.batch_alter_table('aispace_uploads', schema=None) as batch_op:
        batch_op.drop_index('ix_aispace_uploads_owner_finished')
        batch_op.drop_index('ix_aispace_uploads_owner_batch')
        batch_op.drop_index(batch_op.f('ix_aispace_uploads_expires_at'))

    op.drop_table('aispace_uploads')
    with op.batch_alter_table('aispace_training_jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_training_jobs_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_training_jobs_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_training_jobs_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_training_jobs_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_training_jobs_name'))

    op.drop_table('aispace_training_jobs')
    with op.batch_alter_table('aispace_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_tokens_user_id'))

    op.drop_table('aispace_tokens')
    with op.batch_alter_table('aispace_services', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_services_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_services_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_services_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_services_organisation_id'))

    op.drop_table('aispace_services')
    with op.batch_alter_table('aispace_samples', schema=None) as batch_op:
        batch_op.drop_index('uq_aispace_samples_path')
        batch_op.drop_index('ix_aispace_samples_state')
        batch_op.drop_index('ix_aispace_samples_split')
        batch_op.drop_index('ix_aispace_samples_change')

    op.drop_table('aispace_samples')
    op.drop_table('aispace_sample_removals')
    op.drop_table('aispace_sample_labels')
    with op.batch_alter_table('aispace_resource_specs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_resource_specs_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_resource_specs_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_resource_specs_organisation_id'))

    op.drop_table('aispace_resource_specs')
    with op.batch_alter_table('aispace_notebooks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_notebooks_workload_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_notebooks_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_notebooks_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_notebooks_organisation_id'))

    op.drop_table('aispace_notebooks')
    with op.batch_alter_table('aispace_models', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_models_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_models_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_models_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_models_name'))

    op.drop_table('aispace_models')
    with op.batch_alter_table('aispace_lineage_edges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_lineage_edges_to_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_lineage_edges_from_id'))

    op.drop_table('aispace_lineage_edges')
    with op.batch_alter_table('aispace_label_groups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_label_groups_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_label_groups_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_label_groups_organisation_id'))

    op.drop_table('aispace_label_groups')
    with op.batch_alter_table('aispace_imports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_imports_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_imports_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_imports_dataset_id'))

    op.drop_table('aispace_imports')
    with op.batch_alter_table('aispace_images', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_images_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_images_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_images_organisation_id'))

    op.drop_table('aispace_images')
    with op.batch_alter_table('aispace_idempotency_keys', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_idempotency_keys_created_at'))

    op.drop_table('aispace_idempotency_keys')
    op.drop_table('aispace_given_uids')
    op.drop_table('aispace_gateway_reports')
    with op.batch_alter_table('aispace_exports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_exports_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_exports_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_exports_dataset_id'))

    op.drop_table('aispace_exports')
    with op.batch_alter_table('aispace_events', schema=None) as batch_op:
        batch_op.drop_index('ix_aispace_events_owner_position')
        batch_op.drop_index(batch_op.f('ix_aispace_events_object_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_events_code'))
        batch_op.drop_index(batch_op.f('ix_aispace_events_actor_id'))

    op.drop_table('aispace_events')
    with op.batch_alter_table('aispace_evaluations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_evaluations_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_evaluations_status'))
        batch_op.drop_index(batch_op.f('ix_aispace_evaluations_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_evaluations_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_evaluations_model_id'))

    op.drop_table('aispace_evaluations')
    with op.batch_alter_table('aispace_dataset_versions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_dataset_versions_object_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_dataset_versions_manifest'))

    op.drop_table('aispace_dataset_versions')
    op.drop_table('aispace_dataset_counts')
    with op.batch_alter_table('aispace_bulk_undos', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_bulk_undos_expires_at'))
        batch_op.drop_index(batch_op.f('ix_aispace_bulk_undos_dataset_id'))

    op.drop_table('aispace_bulk_undos')
    with op.batch_alter_table('aispace_algorithms', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aispace_algorithms_visibility'))
        batch_op.drop_index(batch_op.f('ix_aispace_algorithms_owner_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_algorithms_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_aispace_algorithms_name'))

    op.drop_table('aispace_algorithms')
