#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace farboot::test
{

/// A request and its answer, as they were seen.
struct Exchange {
    std::string method;
    std::string target;
    std::string sent;
    int status = 0;
    std::string type; ///< Content-Type of the answer
    std::string body;
};

/// What the server's OpenAPI document says of an exchange. Stricter than the document itself: a member of an answer
/// that the schema does not name is a problem, too.
class OpenApi
{
public:
    explicit OpenApi(nlohmann::json document);

    /// Sentences, none if all is as the document has it. What was sent counts only if the server has taken it.
    [[nodiscard]] std::vector<std::string> problems(const Exchange& exchange) const;

private:
    [[nodiscard]] const nlohmann::json* operation_of(const Exchange& exchange) const;
    [[nodiscard]] const nlohmann::json& follow(const nlohmann::json& node) const;
    void check(const nlohmann::json& schema, const std::string& text, const std::string& what,
               std::vector<std::string>& into) const;

    nlohmann::json document_;
};

} // namespace farboot::test
