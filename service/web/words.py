"""The words of the pages, in English and Traditional Chinese. A word that is missing shows its English."""

from __future__ import annotations

import re

LANGUAGES = {"en": "English", "zh-Hant": "繁體中文"}

ZH: dict[str, str] = {
    "Tasks": "任務", "Complaints": "投訴案件", "Register": "登記投訴", "Incidents": "異常", "Procedure": "程序圖",
    "Sign in": "登入", "Sign out": "登出", "Name": "帳號", "Password": "密碼", "Mine": "我的", "My groups": "我的群組",
    "All": "全部", "Due": "期限", "Task": "任務", "Case": "案件", "Held by": "承辦", "nobody": "無人",
    "Nothing to do here.": "目前沒有任務。", "Claim": "認領", "Release": "釋出", "Complete": "完成",
    "Customer": "客戶", "Channel": "渠道", "Received": "收件時間", "Severity": "嚴重程度", "Status": "狀態",
    "Content": "投訴內容", "Amount": "金額", "Product": "產品", "Deadlines": "時限", "Timeline": "歷程",
    "Letters": "信函", "Diagram": "流程圖", "Open tasks": "待辦任務", "met": "已達成", "statutory": "法定",
    "late": "已逾期", "soon": "即將到期", "to be confirmed by the bank": "待銀行確認", "Search": "搜尋",
    "No complaints found.": "查無投訴案件。", "Next": "下一頁", "Previous": "上一頁", "of": "共",
    "Wrong name or password.": "帳號或密碼錯誤。", "Please correct these fields": "請更正下列欄位",
    "The complaint was registered. Its number is": "投訴已登記,編號為", "is required": "為必填",
    "open": "處理中", "closed": "已結案", "archived": "已歸檔", "Sheet": "圖頁", "optional": "選填",
    "yes": "是", "no": "否", "Nothing is wrong.": "沒有異常。", "Message": "訊息", "Element": "元件", "When": "時間",
    "Held by you": "由您承辦", "Language": "語言", "no due date": "無期限", "Outcome": "結果",
    "This task is offered to": "此任務提供給", "Contact": "聯絡方式", "withheld by the source": "來源未提供",
    "Version": "版本", "Back": "返回", "Skip to content": "跳至內容", "Phone": "電話", "E-mail": "電子郵件",
    "Address": "地址", "Customer name": "客戶姓名", "Currency": "幣別", "choose": "請選擇",
    "Customer's language": "客戶語言",
    "acknowledgement": "收件確認", "assign": "指派", "first contact": "首次聯絡", "update": "進度更新",
    "plan": "處理計畫",
    "internal target": "內部目標", "final response": "最終答覆", "phone": "電話", "email": "電子郵件",
    "online": "線上平台",
    "branch": "分行", "letter": "信函", "fax": "傳真", "referral": "轉介", "other": "其他", "completed": "已完成",
    "cancelled": "已取消", "clerk": "受理人員", "handler": "承辦人", "department": "業務單位", "approver": "核決主管",
    "executive": "值班主管", "owner": "流程負責人", "compliance": "法令遵循", "admin": "系統管理", "Main": "主選單",
    "upheld": "成立", "partly upheld": "部分成立", "not upheld": "不成立", "Active": "進行中", "Kind": "類別",
    "Reading back": "請向客戶複誦編號", "Open the case": "開啟案件", "Register another": "再登記一件",
    "Please sign in with an account that may do this.": "請以具權限的帳號登入。", "You may not do this": "您沒有權限",
    "Not found": "查無此項", "The state does not allow this": "目前狀態不允許此操作",
    "Something went wrong": "發生錯誤",
    "Letter to the customer": "致客戶函",
    "Elements": "元件", "Clauses": "條款", "Who": "執行者", "Facts": "案件資料",
}  # fmt: skip


def say(text: str, language: str) -> str:
    """A word of the pages in a language."""
    return ZH.get(text, text) if language == "zh-Hant" else text


_ERRORS: tuple[tuple[str, str, str], ...] = (
    (r"is required", "Please fill in this field.", "此欄位為必填。"),
    (r"is not a field of this form", "This is not a field of the form.", "表單沒有此欄位。"),
    (r"true was expected", "This has to be confirmed.", "須確認此項。"),
    (r".* is less than the minimum of (\S+)", "Give {0} or more.", "不得小於 {0}。"),
    (r".* is greater than the maximum of (\S+)", "Give {0} or less.", "不得大於 {0}。"),
    (r".* is longer than (\d+) characters?", "Give at most {0} characters.", "最多 {0} 字。"),
    (r".* is not of types? .*(number|integer).*", "Give a number.", "請輸入數字。"),
    (r".* is not a \"date\"", "Give a date.", "請輸入日期。"),
    (r".* is not one of .*", "Choose one of the options.", "請選擇其中一項。"),
)


def say_error(message: str, language: str) -> str:
    """What validation says of a field, in the words of the page's language."""
    for pattern, english, chinese in _ERRORS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return (chinese if language == "zh-Hant" else english).format(*found.groups())
    return message
