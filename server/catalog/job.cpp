#include "server/catalog/job.hpp"

#include "rootfs/record/record.hpp"
#include "server/catalog/pc.hpp"
#include "server/catalog/records.hpp"
#include "server/rules/why.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace farboot::catalog
{

using nlohmann::json;
using rules::Parsed;
using rules::wrong;

namespace
{

constexpr std::size_t max_job_name = 200;

constexpr auto action_names = std::to_array<std::pair<JobAction, std::string_view>>({
    {JobAction::wake, "wake"},
    {JobAction::boot, "boot"},
    {JobAction::reboot, "reboot"},
    {JobAction::power_off, "power-off"},
});

std::string_view name_of(JobAction action)
{
    return std::ranges::find(action_names, action, &std::pair<JobAction, std::string_view>::first)->second;
}

/// A text member; empty if it is missing.
Parsed<std::string> parse_word(const json& root, const std::string& name, std::size_t max)
{
    const auto found = root.find(name);
    if (found == root.end() || found->is_null())
        return std::string();
    const auto length = found->is_string() ? rules::printable_length(found->get_ref<const std::string&>())
                                           : std::optional<std::size_t>();
    if (!length || *length > max)
        return wrong(name, fmt::format("{} must be a text of at most {} characters in one line.", name, max));
    return found->get<std::string>();
}

Parsed<std::int64_t> parse_number(const json& root, const std::string& name, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max)
{
    const auto found = root.find(name);
    if (found == root.end())
        return fallback;
    if (!found->is_number_integer() || found->get<std::int64_t>() < min || found->get<std::int64_t>() > max)
        return wrong(name, fmt::format("{} must be a number from {} to {}.", name, min, max));
    return found->get<std::int64_t>();
}

/// One of two words, which says whether it is the second.
Parsed<bool> parse_choice(const json& root, const std::string& name, std::string_view no, std::string_view yes,
                          bool fallback)
{
    const auto word = parse_word(root, name, 32);
    if (!word)
        return std::unexpected(word.error());
    if (word->empty())
        return fallback;
    if (*word != no && *word != yes)
        return wrong(name, fmt::format("{} is {} or {}.", name, no, yes));
    return *word == yes;
}

Parsed<JobAction> parse_action(const json& root)
{
    const auto word = parse_word(root, "action", 32);
    if (!word)
        return std::unexpected(word.error());
    const auto* found = std::ranges::find(action_names, *word, &std::pair<JobAction, std::string_view>::second);
    if (found == action_names.end())
        return wrong("action", "A job's action is wake, boot, reboot or power-off.");
    return found->first;
}

Parsed<std::optional<std::chrono::sys_seconds>> parse_at(const json& root)
{
    const auto word = parse_word(root, "at", 32);
    if (!word)
        return std::unexpected(word.error());
    if (word->empty())
        return std::nullopt;
    const auto time = rules::parse_time(*word);
    if (!time)
        return wrong("at", "at must be a time such as 2026-01-31T02:00:00Z.");
    return time;
}

/// The PCs that it is about.
std::optional<rules::FieldError> parse_places(const json& root, JobWish& wish)
{
    auto pcs = rules::parse_ids(root, "pcs", max_job_pcs);
    if (!pcs)
        return pcs.error();
    wish.pcs = std::move(*pcs);
    const auto location = rules::parse_id(root, "location", "location");
    if (!location)
        return location.error();
    wish.location = *location;
    if (wish.pcs.empty() == !wish.location)
        return rules::FieldError{"pcs", "A job names PCs, or a location whose PCs it is about: one of both."};
    return std::nullopt;
}

std::optional<rules::FieldError> parse_limits(const json& root, JobWish& wish)
{
    struct Limit {
        const char* name;
        std::int64_t* value;
        std::int64_t min;
        std::int64_t max;
    };
    for (const auto& limit :
         {Limit{"at_once", &wish.at_once, 1, 1000}, Limit{"spread", &wish.spread, 0, 24 * 3600},
          Limit{"patience", &wish.patience, 30, 24 * 3600}, Limit{"longest", &wish.longest, 30, 7 * 24 * 3600}}) {
        const auto number = parse_number(root, limit.name, *limit.value, limit.min, limit.max);
        if (!number)
            return number.error();
        *limit.value = *number;
    }
    return std::nullopt;
}

bool is_parameter_name(std::string_view name)
{
    return !name.empty() && name.size() <= 40 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

Parsed<JobParameters> parse_parameters(const json& root, const std::string& name)
{
    JobParameters parameters;
    const auto found = root.find(name);
    if (found == root.end())
        return parameters;
    if (!found->is_object() || found->size() > max_job_parameters)
        return wrong(name, fmt::format("{} must be an object with at most {} texts.", name, max_job_parameters));
    for (const auto& [key, text] : found->items()) {
        if (!is_parameter_name(key))
            return wrong(name, "A parameter's name has 1 to 40 of the characters a-z, 0-9, - and _.");
        const auto length = text.is_string() ? rules::printable_length(text.get_ref<const std::string&>())
                                             : std::optional<std::size_t>();
        if (!length || *length > max_job_parameter)
            return wrong(fmt::format("{}.{}", name, key),
                         fmt::format("It must be a text of at most {} characters in one line.", max_job_parameter));
        parameters[key] = text.get<std::string>();
    }
    return parameters;
}

std::optional<rules::FieldError> parse_all_parameters(const json& root, JobWish& wish)
{
    for (const auto& [name, into] : {std::pair("parameters", &wish.parameters), std::pair("secrets", &wish.secrets)}) {
        auto parsed = parse_parameters(root, name);
        if (!parsed)
            return parsed.error();
        *into = std::move(*parsed);
        if (!into->empty() && wish.action != JobAction::boot)
            return rules::FieldError{name, "Only a job that boots a system has something to tell it."};
    }
    return std::nullopt;
}

std::optional<rules::FieldError> parse_flags(const json& root, JobWish& wish)
{
    for (const auto& [name, flag] : {std::pair("wake", &wish.wake), std::pair("interrupt", &wish.interrupt)}) {
        const auto parsed = rules::parse_flag(root, name, *flag);
        if (!parsed)
            return parsed.error();
        *flag = *parsed;
    }
    const auto finish = parse_choice(root, "until", "started", "finished", wish.action == JobAction::boot);
    if (!finish)
        return finish.error();
    const auto then_off = parse_choice(root, "then", "leave", "power-off", false);
    if (!then_off)
        return then_off.error();
    wish.finish = *finish;
    wish.then_off = *then_off;
    if (wish.action != JobAction::boot && (wish.finish || wish.then_off))
        return rules::FieldError{wish.finish ? "until" : "then", "Only a job that boots a system waits for its end."};
    return std::nullopt;
}

} // namespace

Parsed<JobWish> JobWish::parse(std::string_view text)
{
    const auto root =
        rules::parse_object(text, "job",
                            {"name", "pcs", "location", "action", "record", "at", "at_once", "spread", "patience",
                             "longest", "wake", "interrupt", "until", "then", "parameters", "secrets"});
    if (!root)
        return std::unexpected(root.error());
    JobWish wish;
    auto name = parse_word(*root, "name", max_job_name);
    if (!name)
        return std::unexpected(name.error());
    wish.name = std::move(*name);
    const auto action = parse_action(*root);
    if (!action)
        return std::unexpected(action.error());
    wish.action = *action;
    auto record = parse_word(*root, "record", 256);
    if (!record)
        return std::unexpected(record.error());
    const auto parsed = rootfs::RecordName::parse(*record);
    if ((wish.action == JobAction::boot) != (parsed && parsed->type == "boot"))
        return wrong("record", "\"boot\" needs the name of a boot record, such as boot/debian, and no other action "
                               "takes one.");
    wish.record = std::move(*record);
    const auto at = parse_at(*root);
    if (!at)
        return std::unexpected(at.error());
    wish.at = *at;
    for (const auto parse : {parse_places, parse_limits, parse_flags, parse_all_parameters})
        if (auto error = parse(*root, wish))
            return std::unexpected(std::move(*error));
    return wish;
}

json JobWish::to_json() const
{
    json result{{"name", name},
                {"action", name_of(action)},
                {"at", at ? json(iso_time(*at)) : json(nullptr)},
                {"at_once", at_once},
                {"spread", spread},
                {"patience", patience},
                {"longest", longest},
                {"wake", wake},
                {"interrupt", interrupt}};
    if (location)
        result["location"] = *location;
    else
        result["pcs"] = pcs;
    if (action == JobAction::boot) {
        result["record"] = record;
        result["until"] = finish ? "finished" : "started";
        result["then"] = then_off ? "power-off" : "leave";
        result["parameters"] = parameters.empty() ? json::object() : json(parameters);
    }
    return result;
}

json JobWish::stored_json() const
{
    auto result = to_json();
    if (!secrets.empty())
        result["secrets"] = secrets;
    return result;
}

JobWish read_wish(const QSqlQuery& row)
{
    auto wish = JobWish::parse(text_of(row, "wish"));
    if (!wish)
        throw DatabaseError("a job in the database cannot be read: " + wish.error().sentence);
    return std::move(*wish);
}

Job Job::read(const QSqlQuery& row)
{
    Job job;
    job.id = number_of(row, "id");
    job.wish = read_wish(row);
    job.state = text_of(row, "state");
    job.made = time_of(row, "made");
    job.made_by = text_of(row, "made_by");
    if (!row.isNull(QStringLiteral("begun")))
        job.begun = time_of(row, "begun");
    if (!row.isNull(QStringLiteral("ended")))
        job.ended = time_of(row, "ended");
    return job;
}

json Job::to_json(const std::map<std::string, std::int64_t>& counts) const
{
    auto result = wish.to_json();
    result["id"] = id;
    result["state"] = state;
    result["made"] = iso_time(made);
    result["by"] = made_by;
    result["begun"] = begun ? json(iso_time(*begun)) : json(nullptr);
    result["ended"] = ended ? json(iso_time(*ended)) : json(nullptr);
    result["counts"] = counts.empty() ? json::object() : json(counts);
    return result;
}

json JobPc::to_json() const
{
    return {{"pc", pc},
            {"name", name},
            {"mac", mac.empty() ? json(nullptr) : json(mac)},
            {"state", state},
            {"since", iso_time(since)},
            {"sentence", sentence.empty() ? json(nullptr) : json(sentence)}};
}

} // namespace farboot::catalog
