#pragma once

#include "server/rules/index.hpp"

#include <functional>
#include <limits>
#include <string_view>
#include <unordered_map>

/// What an index is made of: names and ids have become numbers, and each place has its rules in order.
namespace farboot::rules
{

inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

struct ByBytes {
    template <class Key>
    std::size_t operator()(const Key& key) const
    {
        return std::hash<std::string_view>()({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
    }
};

template <class Key>
using Places = std::unordered_map<Key, std::uint32_t, ByBytes>;

/// The subnets of one length.
struct Subnets {
    bool v4 = false;
    int prefix = 0;
    Places<server::Address> places;
};

/// A rule, its names resolved to numbers.
struct Prepared {
    const Rule* rule = nullptr;
    std::vector<std::uint32_t> classes; ///< indexes
    std::vector<std::uint32_t> users;   ///< sorted numbers of names
    std::vector<std::uint32_t> groups;
    std::uint32_t zone = none; ///< index; of a rule with a time
    std::vector<std::uint32_t> only;
    std::vector<std::uint32_t> show;
    std::vector<std::uint32_t> hide;
    std::uint32_t preselect = none;
    std::uint32_t automatic = none;
};

/// Rules of one place, in order.
struct Shelf {
    std::vector<Prepared> exams;
    std::vector<Prepared> others;
};

struct Node {
    std::uint32_t parent = none;
    int depth = -1; ///< -1: not known yet
    Shelf rules;
};

/// Numbers for names.
class Names
{
public:
    std::uint32_t add(const std::string& name)
    {
        return numbers_.try_emplace(name, static_cast<std::uint32_t>(numbers_.size())).first->second;
    }
    [[nodiscard]] std::uint32_t find(const std::string& name) const
    {
        const auto found = numbers_.find(name);
        return found == numbers_.end() ? none : found->second;
    }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

struct Index::Impl {
    Catalog catalog;
    std::vector<Node> nodes; ///< as catalog.locations
    Shelf everywhere;
    Places<Uuid> uuids;
    Places<Mac> macs;
    Places<DhcpFact> dhcp;
    std::vector<Subnets> subnets; ///< longest first
    std::unordered_map<std::int64_t, std::uint32_t> locations;
    std::unordered_map<std::int64_t, std::uint32_t> classes;
    std::unordered_map<std::int64_t, std::uint32_t> items;
    std::vector<const Zone*> zones;
    std::unordered_map<std::string, std::uint32_t> zone_numbers;
    Names users;
    Names groups;

    Result<void> prepare();
    Result<void> link_locations();
    Result<void> set_depth(std::uint32_t start);
    Result<void> add_keys(std::uint32_t number);
    Result<Prepared> prepared(const Rule& rule);
    Result<void> shelve_rules();
    std::uint32_t zone_number(const std::string& name);
};

} // namespace farboot::rules
