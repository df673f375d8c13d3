#include "tests/unit/server/api/openapi.hpp"

#include <fmt/format.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <algorithm>
#include <sstream>

namespace farboot::test
{

using nlohmann::json;

namespace
{

/// No members but those that a schema names, unless it says so itself.
void close_objects(json& node)
{
    if (node.is_object() && node.contains("properties") && node["properties"].is_object() &&
        !node.contains("additionalProperties"))
        node["additionalProperties"] = false;
    if (node.is_structured())
        for (auto& each : node)
            close_objects(each);
}

std::vector<std::string> segments_of(const std::string& path)
{
    std::vector<std::string> segments;
    std::istringstream text(path);
    for (std::string each; std::getline(text, each, '/');)
        segments.push_back(each);
    return segments;
}

/// How many of its segments are parameters; -1: another path.
int fits(const std::string& pattern, const std::string& path)
{
    const auto expected = segments_of(pattern);
    const auto given = segments_of(path);
    if (expected.size() != given.size())
        return -1;
    int parameters = 0;
    for (std::size_t i = 0; i < given.size(); ++i)
        if (expected[i].starts_with('{') && !given[i].empty())
            ++parameters;
        else if (expected[i] != given[i])
            return -1;
    return parameters;
}

} // namespace

OpenApi::OpenApi(json document) : document_(std::move(document))
{
    close_objects(document_["paths"]);
    close_objects(document_["components"]["schemas"]);
}

const json* OpenApi::operation_of(const Exchange& exchange) const
{
    auto method = exchange.method == "HEAD" ? "GET" : exchange.method;
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto path = exchange.target.substr(0, exchange.target.find('?'));
    const json* best = nullptr;
    int fewest = 100;
    for (const auto& [pattern, item] : document_["paths"].items())
        if (const int count = fits(pattern, path); count >= 0 && count < fewest && item.contains(method)) {
            fewest = count;
            best = &item[method];
        }
    return best;
}

const json& OpenApi::follow(const json& node) const
{
    return node.contains("$ref") ? document_.at(json::json_pointer(node["$ref"].get<std::string>().substr(1))) : node;
}

void OpenApi::check(const json& schema, const std::string& text, const std::string& what,
                    std::vector<std::string>& into) const
{
    const auto value = json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        into.push_back(what + " is no JSON");
        return;
    }
    // A document of its own, in which the references lead where they do in the whole one.
    const json whole{{"allOf", {schema}}, {"components", document_["components"]}};
    valijson::Schema compiled;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(whole), compiled);
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(compiled, valijson::adapters::NlohmannJsonAdapter(value), &results))
        return;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
        std::string place;
        for (const auto& each : error.context)
            place += each;
        into.push_back(fmt::format("{}, {}: {}", what, place, error.description));
    }
}

std::vector<std::string> OpenApi::problems(const Exchange& exchange) const
{
    std::vector<std::string> found;
    const auto* operation = operation_of(exchange);
    if (!operation) {
        if (exchange.status < 400)
            found.push_back("the document has no such operation");
        return found;
    }
    const auto& responses = (*operation)["responses"];
    const auto status = std::to_string(exchange.status);
    if (exchange.status < 400 && !responses.contains(status)) {
        found.push_back(fmt::format("the document has no answer {}", status));
        return found;
    }
    const auto& response = follow(responses.contains(status) ? responses[status] : responses["default"]);
    if (exchange.status != 304 && exchange.method != "HEAD") {
        const auto type = exchange.type.substr(0, exchange.type.find(';'));
        const auto content = response.value("content", json::object());
        if (content.empty() && !exchange.body.empty())
            found.push_back("the answer has a body");
        else if (!content.empty() && !content.contains(type))
            found.push_back(fmt::format("the answer's type is {}", exchange.type));
        else if (type.ends_with("json") && !content.empty())
            check(content[type]["schema"], exchange.body, "the answer", found);
    }
    if (exchange.status >= 300 || !operation->contains("requestBody"))
        return found;
    const auto& content = follow((*operation)["requestBody"])["content"];
    for (const auto& [type, media] : content.items())
        if (type.ends_with("json"))
            check(media["schema"], exchange.sent, "the request", found);
    return found;
}

} // namespace farboot::test
