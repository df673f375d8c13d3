#pragma once

#include "server/rules/location.hpp"
#include "server/rules/question.hpp"
#include "server/rules/rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farboot::rules
{

/// What an engine needs to know of a menu's entry.
struct Item {
    std::int64_t id = 0;
    Kind kind = Kind::system;
    bool published = false; ///< its record is there
    bool visible = true;    ///< where no rule says otherwise
    std::optional<int> auto_seconds;
    Text title;
    std::string audience{}; ///< whom its image is for; empty: everybody
};

/// How a PC is known to be somewhere; what comes later is more exact.
enum class Sign { dhcp, subnet, mac, uuid };

struct Match {
    const Location* location = nullptr;
    int depth = 0; ///< 0: a root
    Sign sign = Sign::subnet;
    int prefix = 0; ///< of the subnet; of a DHCP fact its exactness
};

/// Why an entry is shown or hidden.
enum class Cause {
    unpublished, ///< there is no record of it
    audience,    ///< the PC does not belong to the audience that its image is for
    rule_show,   ///< a rule shows it
    rule_hide,   ///< a rule hides it
    rule_only,   ///< it is, or is not, among what a rule allows alone
    own          ///< no rule says anything: its own `visible`
};

struct Verdict {
    const Item* item = nullptr;
    bool shown = false;
    Cause cause = Cause::own;
    const Rule* rule = nullptr; ///< of the causes rule_…
};

/// What a rule would have chosen, had the entry been shown.
struct PassedOver {
    const Rule* rule = nullptr;
    const Item* item = nullptr;
    bool automatic = false; ///< to boot by itself; or else to be the default
};

/// The answer. Points into the index that gave it.
struct Decision {
    std::vector<Match> matches;        ///< where the PC may be; the first one counts
    std::vector<const Location*> path; ///< from there to the root
    std::vector<const Rule*> holding;  ///< first in precedence first
    std::vector<Verdict> verdicts;     ///< of the entries of the kind, in the menu's order

    const Item* automatic = nullptr; ///< boots by itself
    int seconds = 0;
    const Rule* automatic_rule = nullptr; ///< that says so, or that nothing does; none: the entry's own seconds
    const Item* preselect = nullptr;      ///< null: no rule names a default that is shown
    const Rule* preselect_rule = nullptr;
    std::vector<PassedOver> passed_over;
};

/// The first condition of a rule that does not hold.
enum class Missing { nothing, enabled, hardware, user, group, zone, time };

struct Check {
    const Rule* rule = nullptr;
    Missing missing = Missing::nothing; ///< nothing: it holds
};

} // namespace farboot::rules
