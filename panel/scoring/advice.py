from dataclasses import dataclass
from panel.scoring.models.expert_variances import expert_variances
@dataclass
class A:
    score: object
def advice_score(design, topic=None):
    f=expert_variances(design,topic)
    return A(f.mixed.worth)
