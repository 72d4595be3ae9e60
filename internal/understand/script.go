package understand

import (
	"strings"
	"unicode"
)

// script is a group of languages that share their letters.
type script string

// Scripts with several languages; every other one names its language.
const (
	latin      script = "Latn"
	arabic     script = "Arab"
	cyrillic   script = "Cyrl"
	devanagari script = "Deva"
	ethiopic   script = "Ethi"
	chinese    script = "Hani"
)

// alone are scripts in which people in London write one language.
var alone = []struct {
	table *unicode.RangeTable
	tag   string
}{
	{unicode.Bengali, "bn"}, {unicode.Gujarati, "gu"}, {unicode.Gurmukhi, "pa"}, {unicode.Tamil, "ta"}, {unicode.Greek, "el"}, {unicode.Hebrew, "he"},
	{unicode.Thai, "th"}, {unicode.Hangul, "ko"}, {unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Telugu, "te"}, {unicode.Kannada, "kn"},
	{unicode.Malayalam, "ml"}, {unicode.Sinhala, "si"}, {unicode.Myanmar, "my"}, {unicode.Khmer, "km"}, {unicode.Georgian, "ka"}, {unicode.Armenian, "hy"},
	{unicode.Lao, "lo"}, {unicode.Tibetan, "bo"},
}

// scriptOf tells a letter's script: a group, or the language itself.
func scriptOf(r rune) script {
	switch {
	case r < 0x250 || r >= 0x1e00 && r < 0x1f00:
		return latin
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x600 && r < 0x780 || r >= 0xfb50 && r < 0xfefd:
		return arabic
	case r >= 0x900 && r < 0x980:
		return devanagari
	case r >= 0x1200 && r < 0x13a0 || r >= 0x2d80 && r < 0x2de0:
		return ethiopic
	case unicode.Is(unicode.Han, r):
		return chinese
	}
	for _, a := range alone {
		if unicode.Is(a.table, r) {
			return script(a.tag)
		}
	}
	return latin
}

// scriptsOf counts the letters of a text by script, and names the one of most.
func scriptsOf(text string) (most script, share float64, letters int) {
	var names [8]script
	var counts [8]int
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		s := scriptOf(r)
		for i := range names {
			if names[i] == "" {
				names[i] = s
			}
			if names[i] == s {
				counts[i]++
				break
			}
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
		if names[i] == "ja" && n > 0 { // Japanese writes most of its letters in Chinese signs
			return "ja", 1, letters
		}
	}
	if letters == 0 {
		return "", 0, 0
	}
	return names[best], float64(counts[best]) / float64(letters), letters
}

// Signs that only one way of writing Chinese has, and words of Cantonese.
const (
	simplifiedOnly  = "们个这说会来时对为国过还没学开样后问给让进钱车电话边难钟应该发医东书长门间听觉马点儿现请谢岁块吗么万与业两严丧丰临义乌乐习乡买亚产亲亿仅从仓价众优传伤伦伪体余佣侨侦儿兑党兰关兴养兽内冈册军农冯冲决况冻净凉减凤凭凯击刘则刚创别刹剂剧劝办务动励劲劳势区协单卖卢卫压厂厅历县双变叙叶号叹吓吨启员呜响哑唤啰团园围图圆圣场坏坚坛坝坟垒垦垫城墙壮声壳处备复够头夸夺奋奖妆妇妈娱婴孙宁宝实宠审宪宫宽宾寝寻导寿将尔尘尝层属岁岂岗岛币帅师帐带帮广庄庆库庙废归当录忆忧怀态怜总恋恶恼悬惊惧惨惩惯愤愿懒戏战户扑执扩扫扬扰抚抛抢护报担拟拥择挂挡挣挤挥捞损换据掷搂摄摆摇撑敌数断无旧显晓暂术机杀杂权条极构枪枫柜标栋栏树样桥档检楼欢欧残毁毕毙气汉汤沟泪泽洁浅测济浓涛涡润涨渔温湾湿溃滚满滤滥滨滩灭灯灵灾炉炼烂烛烟烦烧热爱爷牵犹狈狮独狭狱猎猪猫环疗疮疯痒盏盐监盖盘矿码砖础确祸离种积称稳穷窃窝竞笔笼筑签简粮纠红约级纪纯纲纳纵纷纸纹纺线练组细织终绍经绑结绕绘给络绝统绢绣继绩绪续绳维绵综绿缓编缘缠缩缴网罗罚职联聋肃肠肤肾肿胀胁胆胜脉脏脑脚脱脸腊腾舰舱艰艺节芦苍苏苹茎荐荣药莱获营萧萨蓝虏虑虽虾蚀蚁蚂蛮补衬袜袭装裤见观规视览觉触誉计订认讨训议讯记讲许论设访证评识诉诊词译试诗诚话诞询该详语误说请诸诺读课谁调谈谋谓谜谢谣谦谨谱贝负财责贤败货质贩贪贫贯贱贴贵贷贸费贺贼资赋赌赏赐赔赖赚赛赞赠赢赵趋跃践踪车轨转轮软轰轻载较辆辈辉输辞边辽达迁过运还进远连迟选适递逻遗邓郑邮邻酱释里鉴针钉钓钟钢钥钦钩钱钻铁铃铅银铜铝铭铲铺链销锁锅锋错锡锦键镇镜长门闪闭问闯闲间闷闹闻阀阁阅阔队阳阴阵阶际陆陈险随隐难雾静韦韩页顶项顺须顾顿预领颇颈频题颜额风飘飞饥饭饮饰饱饼饿馆马驰驱驳驶驻驾骂骄验骑骗骤鱼鲁鲜鸟鸡鸣鸭鹅鹰麦黄齐齿龄龙龟"
	traditionalOnly = "們個這說會來時對為國過還沒學開樣後問給讓進錢車電話邊難鐘應該發醫東書長門間聽覺馬點兒現請謝歲塊嗎麼萬與業兩嚴喪豐臨義烏樂習鄉買亞產親億僅從倉價眾優傳傷倫偽體餘傭僑偵黨蘭關興養獸內岡冊軍農馮沖決況凍淨涼減鳳憑凱擊劉則剛創別剎劑劇勸辦務動勵勁勞勢區協單賣盧衛壓廠廳歷縣雙變敘葉號嘆嚇噸啟員嗚響啞喚囉團園圍圖圓聖場壞堅壇壩墳壘墾墊牆壯聲殼處備復夠頭誇奪奮獎妝婦媽娛嬰孫寧寶實寵審憲宮寬賓寢尋導壽將爾塵嘗層屬豈崗島幣帥師帳帶幫廣莊慶庫廟廢歸當錄憶憂懷態憐總戀惡惱懸驚懼慘懲慣憤願懶戲戰戶撲執擴掃揚擾撫拋搶護報擔擬擁擇掛擋掙擠揮撈損換據擲摟攝擺搖撐敵數斷無舊顯曉暫術機殺雜權條極構槍楓櫃標棟欄樹橋檔檢樓歡歐殘毀畢斃氣漢湯溝淚澤潔淺測濟濃濤渦潤漲漁溫灣濕潰滾滿濾濫濱灘滅燈靈災爐煉爛燭煙煩燒熱愛爺牽猶狽獅獨狹獄獵豬貓環療瘡瘋癢盞鹽監蓋盤礦碼磚礎確禍離種積稱穩窮竊窩競筆籠築簽簡糧糾紅約級紀純綱納縱紛紙紋紡線練組細織終紹經綁結繞繪絡絕統絹繡繼績緒續繩維綿綜綠緩編緣纏縮繳網羅罰職聯聾肅腸膚腎腫脹脅膽勝脈臟腦腳脫臉臘騰艦艙艱藝節蘆蒼蘇蘋莖薦榮藥萊獲營蕭薩藍虜慮雖蝦蝕蟻螞蠻補襯襪襲裝褲見觀規視覽觸譽計訂認討訓議訊記講許論設訪證評識訴診詞譯試詩誠誕詢詳語誤諸諾讀課誰調談謀謂謎謠謙謹譜貝負財責賢敗貨質販貪貧貫賤貼貴貸貿費賀賊資賦賭賞賜賠賴賺賽贊贈贏趙趨躍踐蹤軌轉輪軟轟輕載較輛輩輝輸辭遼達遷運遠連遲選適遞邏遺鄧鄭郵鄰醬釋裡鑑針釘釣鋼鑰欽鉤鑽鐵鈴鉛銀銅鋁銘鏟鋪鏈銷鎖鍋鋒錯錫錦鍵鎮鏡閃閉闖閒悶鬧聞閥閣閱闊隊陽陰陣階際陸陳險隨隱霧靜韋韓頁頂項順須顧頓預領頗頸頻題顏額風飄飛飢飯飲飾飽餅餓館馳驅駁駛駐駕罵驕驗騎騙驟魚魯鮮鳥雞鳴鴨鵝鷹麥黃齊齒齡龍龜"
	cantonese       = "係唔嘅喺冇佢哋咗嘢啲咁嚟俾乜嗰睇噉攞佬"
)

// chineseOf tells simplified from traditional writing. Signs that both share
// say nothing.
func (d *detector) chineseOf(text string) (tag string, sure bool) {
	hans, hant, all := 0, 0, 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(cantonese, r):
			hant += 2
		case d.hans[r] && !d.hant[r]:
			hans++
		case d.hant[r] && !d.hans[r]:
			hant++
		}
		all++
	}
	switch {
	case hans > hant:
		return "zh-Hans", hant == 0 && hans >= 1 || hans > 4*hant
	case hant > hans:
		return "zh-Hant", hans == 0 && hant >= 1 || hant > 4*hans
	}
	return "zh-Hans", false
}
