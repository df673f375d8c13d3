#pragma once

#include "rootfs/base/error.hpp"
#include "server/rules/decision.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace farboot::rules
{

/// All that decides what is shown.
struct Catalog {
    std::vector<Item> items; ///< in the menu's order
    std::vector<Location> locations;
    std::vector<HardwareClass> classes;
    std::vector<Rule> rules;
    std::map<std::string, Zone, std::less<>> zones; ///< those that rules name; a rule whose zone is missing never holds
};

/// A catalog, made ready for many questions. It never changes, and is asked from any thread.
class Index
{
public:
    /// Reasons: location-malformed (unknown or cyclic parents, too deep, a key in two locations), rule-malformed (names
    /// what is not there).
    [[nodiscard]] static Result<Index> build(Catalog catalog);
    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;
    ~Index();

    [[nodiscard]] Decision decide(const Question& question) const;
    /// The rules of the PC's locations and those for everywhere, in precedence, with what keeps them from holding.
    [[nodiscard]] std::vector<Check> checks(const Question& question) const;
    /// Where the PC is: from its location to the root; empty: nowhere.
    [[nodiscard]] std::vector<const Location*> path_of(const Pc& pc) const;
    /// Whose restricted images the PC may read: by its address, and, if it is enrolled, by its locations. DHCP facts,
    /// which are its own word whoever it is, count for nothing here.
    [[nodiscard]] std::vector<std::string> audiences_of(const Pc& pc) const;
    [[nodiscard]] std::vector<const HardwareClass*> classes_of(const Hardware& hardware) const;
    [[nodiscard]] const Catalog& catalog() const;
    /// Null: there is none.
    [[nodiscard]] const Location* location(std::int64_t id) const;

    struct Impl; // server/rules/impl

private:
    explicit Index(std::unique_ptr<Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

} // namespace farboot::rules
