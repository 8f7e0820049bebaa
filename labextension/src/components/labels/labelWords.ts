import { text } from '../messageText';
import { registerErrors, registerEvents, registerFieldErrors } from '../messages';

/** What can be said of a label that is changed everywhere. */
export function registerLabelWords(): void {
  registerErrors({
    label_of_others: t =>
      t.__('Not done. Datasets of others have this label group. Copy the group and work with the copy.'),
    label_in_trash: (t, p) =>
      t.__(
        'Not done. The dataset %1 in the trash has this label group. Take it out of the trash, or delete it for good.',
        text(p.name)
      )
  });
  registerFieldErrors({
    label_not_in_group: (t, p) => t.__('The label group has no label %1.', text(p.label)),
    label_taken: (t, p) =>
      t.__('The group has a label %1 already. Choose another name, or join the two.', text(p.label))
  });
  registerEvents({
    'label_group.label_renamed': (t, p) => t.__('Label %1 is %2 now', text(p.label), text(p.to)),
    'label_group.label_deleted': (t, p) => t.__('Label %1 deleted', text(p.label))
  });
}
