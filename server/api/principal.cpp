#include "server/api/auth.hpp"

namespace farboot::server::api
{

namespace
{

Result<void> granted(bool may, Right right, std::string_view where)
{
    if (may)
        return {};
    return std::unexpected(right_missing(right, where));
}

} // namespace

Error right_missing(Right right, std::string_view where)
{
    return Error{"right-missing",
                 fmt::format("This needs the right {} {}, which you do not have. Whoever manages users can give it.",
                             people::name_of(right), where)};
}

bool Principal::may(Right right) const
{
    return rights.everywhere(right) && (!limit || limit->everywhere(right));
}

bool Principal::may_somewhere(Right right) const
{
    return rights.somewhere(right) && (!limit || limit->somewhere(right));
}

bool Principal::may_at(Right right, std::span<const std::int64_t> path) const
{
    return rights.at(right, path) && (!limit || limit->at(right, path));
}

bool Principal::may_at(catalog::Connection& connection, Right right, const std::optional<std::int64_t>& location) const
{
    if (may(right))
        return true;
    if (!location || !may_somewhere(right))
        return false;
    return may_at(right, catalog::location_path(connection, *location));
}

bool Principal::may_on(Right right, std::string_view object) const
{
    return rights.on(right, object) && (!limit || limit->on(right, object));
}

Result<void> Principal::need(Right right) const
{
    return granted(may(right), right, "for everything");
}

Result<void> Principal::need_at(catalog::Connection& connection, Right right,
                                const std::optional<std::int64_t>& location) const
{
    return granted(may_at(connection, right, location), right,
                   location ? fmt::format("at location {}", *location) : "for everything");
}

Result<void> Principal::need_on(Right right, std::string_view object) const
{
    return granted(may_on(right, object), right, fmt::format("for {}", object));
}

Result<void> Principal::need_all_of(catalog::Connection& connection, const people::Rights& others) const
{
    const people::PathOf path_of = [&](std::int64_t location) { return catalog::location_path(connection, location); };
    auto lacking = rights.lacks_of(others, path_of);
    if (!lacking && limit)
        lacking = limit->lacks_of(others, path_of);
    if (!lacking)
        return {};
    return fail("right-above",
                "This gives or concerns the right {} where you do not have it yourself: nobody can give, take or use "
                "more than he has.",
                people::name_of(*lacking));
}

} // namespace farboot::server::api
