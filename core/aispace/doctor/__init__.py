"""`aispace doctor`: looks at everything that can be wrong around an installation, and says the remedy for each."""

from .examination import Finding, Patient, Report, examine, find_patient

__all__ = ["Finding", "Patient", "Report", "examine", "find_patient"]
