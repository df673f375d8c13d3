#include "server/rules/impl/prepared.hpp"

#include <algorithm>
#include <tuple>

namespace farboot::rules
{

namespace
{

/// One question, and what was found out about it already.
class Asker
{
public:
    Asker(const Index::Impl& impl, const Question& question)
        : impl_(impl), question_(question), classes_(impl.catalog.classes.size(), Answer::open)
    {
        if (!question.user.name.empty())
            user_ = impl.users.find(question.user.name);
        for (const auto& group : question.user.groups)
            if (const auto number = impl.groups.find(group); number != none)
                groups_.push_back(number);
    }

    Missing missing(const Prepared& prepared)
    {
        const auto& rule = *prepared.rule;
        if (!rule.enabled)
            return Missing::enabled;
        if (!prepared.classes.empty() &&
            std::ranges::none_of(prepared.classes, [this](std::uint32_t number) { return is_of(number); }))
            return Missing::hardware;
        if (!prepared.users.empty() && (user_ == none || !std::ranges::binary_search(prepared.users, user_)))
            return Missing::user;
        if (!prepared.groups.empty() && std::ranges::none_of(groups_, [&](std::uint32_t number) {
                return std::ranges::binary_search(prepared.groups, number);
            }))
            return Missing::group;
        if (!rule.time)
            return Missing::nothing;
        if (prepared.zone == none)
            return Missing::zone;
        return rule.time->holds(*impl_.zones[prepared.zone], question_.time) ? Missing::nothing : Missing::time;
    }

private:
    enum class Answer : std::uint8_t { open, yes, no };

    bool is_of(std::uint32_t number)
    {
        auto& answer = classes_[number];
        if (answer == Answer::open)
            answer = impl_.catalog.classes[number].holds(question_.pc.hardware) ? Answer::yes : Answer::no;
        return answer == Answer::yes;
    }

    const Index::Impl& impl_;
    const Question& question_;
    std::vector<Answer> classes_;
    std::uint32_t user_ = none;
    std::vector<std::uint32_t> groups_;
};

/// Takes each rule that the place may have to do with, in precedence.
template <class Take>
void walk(const Index::Impl& impl, std::uint32_t place, Take take)
{
    for (const auto exams : {true, false}) {
        const auto& list = [&](const Shelf& shelf) -> const auto& { return exams ? shelf.exams : shelf.others; };
        for (auto number = place; number != none; number = impl.nodes[number].parent)
            for (const auto& rule : list(impl.nodes[number].rules))
                take(rule);
        for (const auto& rule : list(impl.everywhere))
            take(rule);
    }
}

struct Found {
    std::uint32_t number = none;
    Match match;
};

/// All locations that know the PC, the one that counts first.
std::vector<Found> find_places(const Index::Impl& impl, const Pc& pc)
{
    std::vector<Found> found;
    const auto add = [&](const auto& places, const auto& key, Sign sign, int prefix) {
        if (const auto place = places.find(key); place != places.end())
            found.push_back({place->second,
                             {&impl.catalog.locations[place->second], impl.nodes[place->second].depth, sign, prefix}});
    };
    if (pc.uuid)
        add(impl.uuids, *pc.uuid, Sign::uuid, 0);
    if (pc.mac)
        add(impl.macs, *pc.mac, Sign::mac, 0);
    if (pc.address)
        for (const auto& subnets : impl.subnets)
            if (subnets.v4 == pc.address->v4)
                add(subnets.places, pc.address->masked(subnets.prefix), Sign::subnet, subnets.prefix);
    for (const auto& fact : pc.dhcp)
        add(impl.dhcp, fact, Sign::dhcp, fact.exactness());
    std::ranges::stable_sort(found, std::greater(), [](const Found& each) {
        return std::tuple(each.match.depth, each.match.sign, each.match.prefix);
    });
    return found;
}

/// From a place to its root.
std::vector<const Location*> path_from(const Index::Impl& impl, std::uint32_t place)
{
    std::vector<const Location*> path;
    for (auto number = place; number != none; number = impl.nodes[number].parent)
        path.push_back(&impl.catalog.locations[number]);
    return path;
}

/// What the network has told the PC may choose what it shows, never what it may read.
std::vector<std::string> audiences_in(const Index::Impl& impl, const std::vector<Found>& places, const Pc& pc)
{
    auto audiences = pc.audiences;
    const auto sure = std::ranges::find_if(places, [](const Found& each) { return each.match.sign != Sign::dhcp; });
    if (pc.enrolled && sure != places.end())
        for (const auto* location : path_from(impl, sure->number))
            audiences.insert(audiences.end(), location->audiences.begin(), location->audiences.end());
    return audiences;
}

/// Entries are decided one after another; what is decided stays so.
class Verdicts
{
public:
    Verdicts(const std::vector<Item>& items, Kind kind, const std::vector<std::string>& audiences)
        : items_(items), kind_(kind), all_(items.size())
    {
        for (std::size_t i = 0; i < items.size(); ++i) {
            all_[i].item = &items[i];
            if (!items[i].published)
                decide(i, false, Cause::unpublished, nullptr);
            else if (!items[i].audience.empty() && std::ranges::find(audiences, items[i].audience) == audiences.end())
                decide(i, false, Cause::audience, nullptr);
        }
    }

    void apply(const Prepared& prepared)
    {
        const auto* rule = prepared.rule;
        for (const auto number : prepared.show)
            decide(number, true, Cause::rule_show, rule);
        for (const auto number : prepared.hide)
            decide(number, false, Cause::rule_hide, rule);
        if (!rule->only)
            return;
        for (const auto number : prepared.only)
            decide(number, true, Cause::rule_only, rule);
        for (std::size_t i = 0; i < all_.size(); ++i)
            decide(i, false, Cause::rule_only, rule);
    }

    [[nodiscard]] bool complete() const { return decided_ == all_.size(); }

    void finish()
    {
        for (std::size_t i = 0; i < all_.size(); ++i)
            decide(i, items_[i].visible, Cause::own, nullptr);
    }

    [[nodiscard]] const Verdict& of(std::uint32_t number) const { return all_[number]; }
    [[nodiscard]] bool is_listed(std::uint32_t number) const { return items_[number].kind == kind_; }

    [[nodiscard]] std::vector<Verdict> listed() const
    {
        std::vector<Verdict> result;
        result.reserve(all_.size());
        std::ranges::copy_if(all_, std::back_inserter(result),
                             [this](const Verdict& verdict) { return verdict.item->kind == kind_; });
        return result;
    }

private:
    void decide(std::size_t number, bool shown, Cause cause, const Rule* rule)
    {
        if (done_[number])
            return;
        done_[number] = true;
        ++decided_;
        all_[number].shown = shown;
        all_[number].cause = cause;
        all_[number].rule = rule;
    }

    const std::vector<Item>& items_;
    Kind kind_;
    std::vector<Verdict> all_;
    std::vector<bool> done_ = std::vector<bool>(all_.size());
    std::size_t decided_ = 0;
};

void choose_automatic(const std::vector<const Prepared*>& holding, const Verdicts& verdicts, Decision& into)
{
    for (const auto* prepared : holding) {
        const auto& automatic = prepared->rule->automatic;
        if (!automatic || (automatic->entry && !verdicts.is_listed(prepared->automatic)))
            continue;
        if (automatic->entry && !verdicts.of(prepared->automatic).shown) {
            into.passed_over.push_back({prepared->rule, verdicts.of(prepared->automatic).item, true});
            continue;
        }
        into.automatic_rule = prepared->rule;
        if (automatic->entry)
            into.automatic = verdicts.of(prepared->automatic).item;
        into.seconds = automatic->seconds;
        return;
    }
    const auto own = std::ranges::find_if(
        into.verdicts, [](const Verdict& verdict) { return verdict.shown && verdict.item->auto_seconds; });
    if (own == into.verdicts.end())
        return;
    into.automatic = own->item;
    into.seconds = own->item->auto_seconds.value_or(0);
}

void choose_default(const std::vector<const Prepared*>& holding, const Verdicts& verdicts, Decision& into)
{
    for (const auto* prepared : holding) {
        if (prepared->preselect == none || !verdicts.is_listed(prepared->preselect))
            continue;
        const auto& verdict = verdicts.of(prepared->preselect);
        if (!verdict.shown) {
            into.passed_over.push_back({prepared->rule, verdict.item, false});
            continue;
        }
        into.preselect = verdict.item;
        into.preselect_rule = prepared->rule;
        return;
    }
}

} // namespace

Decision Index::decide(const Question& question) const
{
    Decision decision;
    const auto found = find_places(*impl_, question.pc);
    const auto place = found.empty() ? none : found.front().number;
    for (const auto& each : found)
        decision.matches.push_back(each.match);
    decision.path = path_from(*impl_, place);

    Asker asker(*impl_, question);
    Verdicts verdicts(impl_->catalog.items, question.kind, audiences_in(*impl_, found, question.pc));
    std::vector<const Prepared*> holding;
    walk(*impl_, place, [&](const Prepared& prepared) {
        if (asker.missing(prepared) != Missing::nothing)
            return;
        holding.push_back(&prepared);
        decision.holding.push_back(prepared.rule);
        if (!verdicts.complete())
            verdicts.apply(prepared);
    });
    verdicts.finish();
    decision.verdicts = verdicts.listed();
    choose_automatic(holding, verdicts, decision);
    choose_default(holding, verdicts, decision);
    return decision;
}

std::vector<const Location*> Index::path_of(const Pc& pc) const
{
    const auto found = find_places(*impl_, pc);
    return path_from(*impl_, found.empty() ? none : found.front().number);
}

std::vector<std::string> Index::audiences_of(const Pc& pc) const
{
    return audiences_in(*impl_, find_places(*impl_, pc), pc);
}

std::vector<Check> Index::checks(const Question& question) const
{
    const auto found = find_places(*impl_, question.pc);
    Asker asker(*impl_, question);
    std::vector<Check> result;
    walk(*impl_, found.empty() ? none : found.front().number,
         [&](const Prepared& prepared) { result.push_back({prepared.rule, asker.missing(prepared)}); });
    return result;
}

} // namespace farboot::rules
