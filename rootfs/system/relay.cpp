#include "rootfs/system/relay.hpp"

#include "rootfs/record/record.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_body = 4096;

/// Nothing with which a person could speak for the PC itself: no reports, traces or tokens.
bool is_for_people(std::string_view method, std::string_view path)
{
    constexpr std::string_view records = "/api/v1/records/";
    if (method == "GET" && path == "/api/v1/menu?for=session")
        return true;
    if (method == "POST" && path.starts_with("/api/v1/pc/login")) // in and out, by his phone
        return path == "/api/v1/pc/login" || path == "/api/v1/pc/login/poll" || path == "/api/v1/pc/login/end";
    if (method != "GET" || !path.starts_with(records))
        return false;
    // vm/<series>, or with the version that an entry asks for
    path.remove_prefix(records.size());
    const auto slash = path.find('/', std::min(path.find('/'), path.size() - 1) + 1);
    const auto number = slash == std::string_view::npos ? std::string_view("1") : path.substr(slash + 1);
    const auto name = RecordName::parse(path.substr(0, slash));
    return name && name->type == "vm" && !number.empty() && number.size() <= 16 &&
           number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string line_of(const json& answer)
{
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

Result<RelayRequest> RelayRequest::parse(std::string_view line)
{
    const auto refused = [] {
        return fail("relay-refused", "This is nothing that farboot-system asks the server for.");
    };
    const auto question = json::parse(line, nullptr, false);
    if (!question.is_object() || question.value("version", json()) != 1)
        return refused();
    RelayRequest request;
    for (auto [name, text] :
         {std::pair("method", &request.method), std::pair("path", &request.path), std::pair("body", &request.body)}) {
        const auto member = question.value(name, json(""));
        if (!member.is_string())
            return refused();
        *text = member.get<std::string>();
    }
    if (request.body.size() > max_body || !is_for_people(request.method, request.path))
        return refused();
    return request;
}

std::string relay(std::string_view line, const std::function<Result<std::string>(RelayRequest)>& ask)
{
    auto request = RelayRequest::parse(line);
    const auto answer = request ? ask(std::move(*request)) : std::unexpected(request.error());
    if (!answer)
        return line_of({{"ok", false}, {"reason", answer.error().reason}, {"sentence", answer.error().sentence}});
    return line_of({{"ok", true}, {"body", *answer}});
}

} // namespace farboot::rootfs
