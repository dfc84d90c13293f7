"""Retrieval: the passages for a question, found by meaning and by words, ranked.

What of it is given out is chosen after the ranking, so that what is measured is the ranking itself.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from assistant.core.grounding.versions import newest_first
from assistant.core.values.library import SearchResult, UnusedPassage
from assistant.library.embedding.similarity import Vectors, similarity
from assistant.library.search.correction import SURE, corrections, with_corrections
from assistant.library.search.evidence import (
    JUDGE,
    KEYWORD_JUDGE,
    UNREADABLE_JUDGE,
    EvidenceFeatures,
    EvidenceJudge,
    features_of,
)
from assistant.library.search.naming import named_files
from assistant.library.search.ranking import (
    WEIGHTS,
    RankedPassage,
    RankingWeights,
    rank,
)
from assistant.library.search.reranking import COMPARED, rerank
from assistant.library.search.selection import MAX_UNUSED, deduplicated, passage_of
from assistant.library.store import keywords, passages
from assistant.library.store.database import LibraryDatabase
from assistant.library.store.keywords import KeywordQuery
from assistant.library.store.passages import StoredPassage
from assistant.library.store.scope import ScopeCache, SearchScope
from assistant.library.text.analysis import Analyzer
from assistant.library.text.languages import is_in_another
from assistant.library.text.names import asks_for_whole
from assistant.library.vectors.chroma import Hit
from assistant.library.vectors.semantic import SemanticIndex

CANDIDATES = 50
"""Candidates that each way of searching brings."""

RANKED = 45
"""Candidates that are read and ranked, those that either way puts first or both name."""

SMOOTHED_RANKS = 60
"""Added to every rank, as usual: what both name goes before what one puts first."""

NAVIGATION = 0.05
"""What the score of a menu counts: it is found where nothing else is."""

UNNAMED = 0.15
"""What the score of other passages counts where the question names files."""

MAX_NAMED_PASSAGES = 5000
"""Passages of named files that are compared in meaning."""

MAX_QUESTION = 4000
"""Characters that are searched for; a pasted document is not a question."""


class RetrievalCandidates(NamedTuple):
    """The search results for a question, before anything is left out."""

    query: KeywordQuery
    ranked: list[RankedPassage]
    """Best first, what only leads elsewhere last."""
    keyword_hits: list[int]
    """Without what only leads elsewhere, and so are `hits`."""
    hits: list[Hit]
    named: bool = False
    """Whether the best are those of files that the question names."""

    @property
    def is_across(self) -> bool:
        """Whether the best is in another language than the question."""
        return bool(self.ranked) and is_in_another(self.query.text, self.ranked[0].passage.language)

    @property
    def signs(self) -> EvidenceFeatures:
        """The features of evidence."""
        return features_of(self.telling, self.keyword_hits, self.hits, self.query.passages)

    @property
    def telling(self) -> list[RankedPassage]:
        """Those that can bear something out: no menus."""
        return [each for each in self.ranked if not each.passage.navigation]


class HybridRetriever:
    """Search of one library, by words and where it can by meaning. Safe to use from threads."""

    def __init__(
        self,
        database: LibraryDatabase,
        analyzer: Analyzer,
        meaning: SemanticIndex | None,
        weights: RankingWeights = WEIGHTS,
        judge: EvidenceJudge = JUDGE,
        scopes: ScopeCache | None = None,
    ) -> None:
        """Args:
        scopes: what earlier searches have counted.
        """
        self._database = database
        self._scopes = scopes or ScopeCache(database)
        self._analyzer = analyzer
        self._meaning = meaning
        self._weights = weights
        self._judge = judge

    def search(self, question: str, collections: Sequence[int] | None, limit: int) -> SearchResult:
        """The passages that fit a question, at most `limit`, best first.

        Where they hardly speak to it, or by their meaning alone, and a word of it is in none of
        them, the nearest words that they have are tried.

        Args:
            collections: where to look; None is everywhere.
        """
        found = self.find(question, collections, limit)
        result = self._result(found, limit)
        sure = result.sufficient and result.evidence >= SURE
        if sure and (found.is_across or found.signs.coverage):
            return result
        with self._database.read() as connection:
            scope = self._scopes.open(connection, collections)
            corrected = corrections(connection, self._analyzer, found.query, scope)
        if not corrected:
            return result
        again = self._result(
            self.find(with_corrections(found.query.text, corrected), collections, limit), limit
        )
        if again.evidence <= result.evidence:
            return result
        return again.model_copy(update={"corrections": corrected})

    def _result(self, found: RetrievalCandidates, limit: int) -> SearchResult:
        chosen, unused = deduplicated(found.ranked, limit)
        evidence = self._evidence(found)
        return SearchResult(
            passages=tuple(newest_first([passage_of(candidate) for candidate in chosen])),
            evidence=evidence,
            sufficient=bool(chosen) and evidence >= self._judge_of(found).enough,
            unused=tuple(
                UnusedPassage(passage=passage_of(candidate), reason=reason)
                for candidate, reason in unused[:MAX_UNUSED]
            ),
            searched=found.query.passages,
        )

    def _evidence(self, found: RetrievalCandidates) -> float:
        if not found.telling:
            return 0.0
        if found.named:
            return 1.0
        judge = self._judge_of(found)
        return judge.evidence(found.signs, found.query.language, across=found.is_across)

    def _judge_of(self, found: RetrievalCandidates) -> EvidenceJudge:
        if found.hits:
            return self._judge
        return KEYWORD_JUDGE if self._meaning is None else UNREADABLE_JUDGE

    def find(
        self, question: str, collections: Sequence[int] | None, limit: int = 0
    ) -> RetrievalCandidates:
        """Search by words and by meaning, and rank all candidates together.

        A question that names files is about them: their passages come before all others.

        Args:
            limit: passages that are wanted; more are ranked where there are more.
        """
        asked = question[:MAX_QUESTION]
        vector = self._vector(asked)
        with ThreadPoolExecutor(1) as pool, self._database.read() as connection:
            # Chroma searches on another core while the words are looked up.
            nearest = pool.submit(self._nearest, vector, collections)
            scope = self._scopes.open(connection, collections)
            query = keywords.prepare_query(connection, self._analyzer, asked, scope=scope)
            words = keywords.search(query, CANDIDATES, scope)
            files = named_files(connection, asked, scope)
            named = self._named_passages(connection, asked, scope, files, vector) if files else []
            hits = nearest.result()
        cosines = dict(hits)
        cosines |= self._cosines(vector, [passage for passage in words if passage not in cosines])
        likely = dict.fromkeys(_fused(words, hits)[: max(RANKED, limit)])
        words = [id_ for id_ in words if id_ in likely]
        hits = [hit for hit in hits if hit[0] in likely]
        with self._database.read() as connection:
            stored = passages.load(connection, likely)
        menus = {id_ for id_, each in stored.items() if each.navigation}
        telling = [stored[id_] for id_ in likely if id_ in stored and id_ not in menus]
        ranked = self._rank(query, telling, cosines, vector)
        if menus:
            only_leading = self._rank(query, [stored[id_] for id_ in menus], cosines)
            ranked += [each._replace(score=each.score * NAVIGATION) for each in only_leading]
            words = [id_ for id_ in words if id_ not in menus]
            hits = [hit for hit in hits if hit[0] not in menus]
        if named:
            others = [each for each in ranked if each.passage.file_id not in files]
            ranked = [*named, *(each._replace(score=each.score * UNNAMED) for each in others)]
        return RetrievalCandidates(query, ranked, words, hits, named=bool(named))

    def _named_passages(
        self,
        connection: sqlite3.Connection,
        question: str,
        scope: SearchScope,
        files: Sequence[int],
        vector: Vectors | None,
    ) -> list[RankedPassage]:
        """The passages of the files that a question names, ranked among themselves; from the
        beginning where it asks for all of a file."""
        part = scope.within(files)
        query = keywords.prepare_query(connection, self._analyzer, question, scope=part)
        ids = passages.ids_of_files(connection, files)[:MAX_NAMED_PASSAGES]
        cosines = self._cosines(vector, ids)
        nearest = sorted(cosines, key=lambda id_: -cosines[id_])[:CANDIDATES]
        words = keywords.search(query, CANDIDATES, part)
        first = [id_ for file in files for id_ in passages.ids_of(connection, file)[:CANDIDATES]]
        chosen = [*words, *nearest, *first[: CANDIDATES * 2]]
        stored = list(passages.load(connection, dict.fromkeys(chosen)).values())
        stored = [each for each in stored if not each.navigation] or stored
        ranked = self._rank(query, stored, cosines, vector)
        if asks_for_whole(question, [each.path for each in stored]):
            ranked.sort(key=lambda each: (each.passage.position, each.passage.file_id))
        return [each._replace(score=(1 + each.score) / 2) for each in ranked]

    def _vector(self, question: str) -> Vectors | None:
        """The question's vector; None where there is no embedder that can read it."""
        embedder = self._meaning.embedder if self._meaning else None
        if embedder is None or not all(embedder.can_read([question])):
            return None
        return embedder.embed_question(question)

    def _rank(
        self,
        query: KeywordQuery,
        stored: list[StoredPassage],
        cosines: dict[int, float],
        vector: Vectors | None = None,
    ) -> list[RankedPassage]:
        """Rank candidates; those that the embedder cannot read by their words alone.

        Args:
            vector: the question's, where the sentences of the first are compared, too.
        """
        meaning = self._meaning
        if meaning is None or not cosines:
            return rank(query, stored, {}, self._analyzer, self._weights)
        unrelated = meaning.embedder.unrelated_cosine
        read = meaning.embedder.can_read([passage.text for passage in stored])
        unread = {each.id for each, is_read in zip(stored, read, strict=True) if not is_read}
        near = {
            id_: similarity(cosine, unrelated)
            for id_, cosine in cosines.items()
            if id_ not in unread
        }
        ranked = rank(query, stored, near, self._analyzer, self._weights)
        if vector is None or any(each.passage.id not in near for each in ranked[:COMPARED]):
            return ranked
        return rerank(query, ranked, vector, meaning.embedder, self._analyzer)

    def _nearest(self, vector: Vectors | None, collections: Sequence[int] | None) -> list[Hit]:
        """The passages nearest in meaning."""
        if self._meaning is None or vector is None:
            return []
        return self._meaning.index.search(vector, CANDIDATES, collections)

    def _cosines(self, vector: Vectors | None, ids: Sequence[int]) -> dict[int, float]:
        """The cosines of a question and passages, of those that have an embedding."""
        cosines: dict[int, float] = {}
        if self._meaning is not None and vector is not None:
            for found, vectors in self._meaning.embeddings.vectors(ids):
                cosines.update(zip(found, (vectors @ vector).tolist(), strict=True))
        return cosines


def _fused(words: Sequence[int], hits: Sequence[Hit]) -> list[int]:
    """What two ways of searching found, best first by reciprocal ranks
    (https://dl.acm.org/doi/10.1145/1571941.1572114)."""
    ranks: dict[int, float] = defaultdict(float)
    for found in (words, [passage for passage, _ in hits]):
        for place, passage in enumerate(found):
            ranks[passage] += 1 / (SMOOTHED_RANKS + place)
    return sorted(ranks, key=lambda passage: -ranks[passage])
