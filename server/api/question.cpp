#include "server/api/question.hpp"

#include "rootfs/base/number.hpp"
#include "server/rules/fields.hpp"
#include "server/rules/rule.hpp"
#include "server/rules/why.hpp"

#include <algorithm>

namespace farboot::server::api
{

using http::Request;
using http::Response;
using rules::Question;

namespace
{

using Wrong = std::optional<Response>;
constexpr std::size_t max_groups = 100;

Response malformed(const char* field, std::string_view sentence)
{
    return http::error(400, "parameter-malformed", sentence, field);
}

/// A parameter of 1 to `max` characters, or nothing where it is missing or empty.
std::expected<std::string, Response> text_of(const Request& request, const char* name, std::size_t max)
{
    std::string text(request.target.parameter(name).value_or(""));
    const auto length = rules::printable_length(text);
    if (!length || *length > max)
        return std::unexpected(
            malformed(name, fmt::format("{} must have at most {} characters, and no control characters.", name, max)));
    return text;
}

Wrong read_kind(const Request& request, Question& into)
{
    const auto wanted = request.target.parameter("for").value_or("preboot");
    if (wanted != "preboot" && wanted != "session")
        return http::error(400, "for-unknown", "There are menus for=preboot and for=session.", "for");
    into.kind = wanted == "session" ? rules::Kind::vm : rules::Kind::system;
    return std::nullopt;
}

/// A parameter with words and commas between them; false: one is wrong, or there are too many.
bool read_words(const Request& request, const char* name, bool (*is_word)(std::string_view), std::size_t most,
                std::set<std::string, std::less<>>& into)
{
    for (std::string_view list = request.target.parameter(name).value_or(""); !list.empty();) {
        const auto end = std::min(list.find(','), list.size());
        const auto word = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (!is_word(word) || into.size() >= most)
            return false;
        into.emplace(word);
    }
    return true;
}

Wrong read_hardware(const Request& request, rules::Hardware& into)
{
    for (auto [name, text] : {std::pair("vendor", &into.vendor), std::pair("product", &into.product)}) {
        auto given = text_of(request, name, rules::max_hardware_text);
        if (!given)
            return std::move(given.error());
        *text = std::move(*given);
    }
    if (const auto memory = request.target.parameter("memory_mib"); memory && !memory->empty()) {
        const auto number = rootfs::to_number<std::uint64_t>(*memory);
        if (!number || *number > rules::max_memory_mib)
            return malformed("memory_mib", "memory_mib must be a number of MiB.");
        into.memory_mib = *number;
    }
    if (!read_words(request, "cpu_flags", rules::is_cpu_flag, rules::max_cpu_flags, into.cpu_flags))
        return malformed("cpu_flags",
                         fmt::format("cpu_flags must be at most {} names of /proc/cpuinfo, with commas between them.",
                                     rules::max_cpu_flags));
    if (!read_words(request, "gpus", rules::is_gpu, rules::max_gpus, into.gpus))
        return malformed("gpus", fmt::format("gpus must be at most {} PCI ids, such as 10de:1c82, with commas between "
                                             "them.",
                                             rules::max_gpus));
    return std::nullopt;
}

Wrong read_user(const Request& request, rules::User& into)
{
    auto name = text_of(request, "user", rules::max_person);
    if (!name)
        return std::move(name.error());
    into.name = std::move(*name);
    for (const auto& [parameter, group] : request.target.query) {
        if (parameter != "group" || group.empty())
            continue;
        const auto length = rules::printable_length(group);
        if (!length || *length > rules::max_person || into.groups.size() >= max_groups)
            return malformed("group", fmt::format("There can be at most {} groups, of at most {} characters each.",
                                                  max_groups, rules::max_person));
        into.groups.push_back(group);
    }
    return std::nullopt;
}

/// What is no fact is passed over, as a MAC that is none.
void read_dhcp(const Request& request, std::set<rules::DhcpFact>& into)
{
    for (const auto& [parameter, text] : request.target.query)
        if (const auto fact = parameter == "dhcp" ? rules::DhcpFact::parse(text) : std::nullopt;
            fact && into.size() < rules::max_dhcp_facts)
            into.insert(*fact);
}

/// What both ask with.
std::expected<Question, Response> common(const Request& request, std::chrono::sys_seconds now)
{
    Question question;
    question.time = now;
    question.pc.mac = rules::Mac::parse(request.target.parameter("mac").value_or(""));
    question.pc.uuid = rules::Uuid::parse(request.target.parameter("uuid").value_or(""));
    read_dhcp(request, question.pc.dhcp);
    if (auto wrong = read_kind(request, question))
        return std::unexpected(std::move(*wrong));
    if (auto wrong = read_hardware(request, question.pc.hardware))
        return std::unexpected(std::move(*wrong));
    if (auto wrong = read_user(request, question.user))
        return std::unexpected(std::move(*wrong));
    return question;
}

} // namespace

std::optional<Address> address_of(std::string_view client)
{
    return Address::parse(client.substr(0, client.find('%')));
}

rules::Pc known_pc(const catalog::PcFacts& facts, bool enrolled)
{
    return {.address = address_of(facts.address),
            .mac = facts.mac,
            .uuid = facts.uuid,
            .hardware = facts.hardware,
            .dhcp = facts.dhcp,
            .audiences = {},
            .enrolled = enrolled};
}

rules::Pc known_at(const catalog::PcFacts& facts, bool enrolled, const std::optional<Address>& address)
{
    auto pc = known_pc(facts, enrolled);
    pc.address = address;
    return pc;
}

std::expected<Question, Response> question_of_pc(const Request& request, std::chrono::sys_seconds now)
{
    auto question = common(request, now);
    if (!question)
        return question;
    question->pc.address = address_of(request.client);
    return question;
}

std::expected<Question, Response> question_of_admin(const Request& request, std::chrono::sys_seconds now)
{
    auto question = common(request, now);
    if (!question)
        return question;
    const auto given = [&](const char* name) { return request.target.parameter(name).value_or(""); };
    if (!given("mac").empty() && !question->pc.mac)
        return std::unexpected(malformed("mac", "mac must be a network card's address, such as 52:54:00:12:34:56."));
    if (!given("uuid").empty() && !question->pc.uuid)
        return std::unexpected(malformed("uuid", "uuid must be the UUID of one PC; some are in the firmware of many."));
    for (const auto& [parameter, text] : request.target.query)
        if (parameter == "dhcp" && !text.empty() && !rules::DhcpFact::parse(text))
            return std::unexpected(malformed("dhcp", "dhcp must be a fact such as domain=chem.example.org: domain, "
                                                     "hostname, server, or option-224 to option-227."));
    question->pc.address = Address::parse(given("address"));
    if (!given("address").empty() && !question->pc.address)
        return std::unexpected(malformed("address", "address must be an IPv4 or IPv6 address."));
    if (given("time").empty())
        return question;
    const auto time = rules::parse_time(given("time"));
    if (!time)
        return std::unexpected(malformed("time", fmt::format("time must be in UTC, such as 2026-02-10T08:30:00Z, from "
                                                             "{} to {}.",
                                                             rules::first_year, rules::last_year)));
    question->time = *time;
    return question;
}

} // namespace farboot::server::api
